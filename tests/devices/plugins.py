"""Packages that bring a sensor profile, as installed: modules and a dist-info on `sys.path`."""


def install(folder, package, entry_points, modules):
    """``entry_points``: name -> "module:object"; ``modules``: name -> source."""
    info = folder / f"{package}-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n", encoding="utf-8")
    lines = [f"{name} = {value}" for name, value in entry_points.items()]
    text = "\n".join(["[sensorcoach.profiles]", *lines, ""])
    (info / "entry_points.txt").write_text(text, encoding="utf-8")
    for name, source in modules.items():
        (folder / f"{name}.py").write_text(source, encoding="utf-8")

"""bleak's own BlueZ backend, and the real command, against a pretend bluetoothd on a private message bus.

The bus daemon, the messages and bleak are real; bluetoothd is played (`bluetoothd`), over the virtual radio of
`tests.ble` with its pretend sensors. A played bluetoothd proves only what its author knew: `.ci/bluez` asks the real
one.
"""

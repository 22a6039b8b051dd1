"""Inside the virtual machine of `.ci/bluez`: the command on the machine's own bluetoothd, and a pretend sensor."""

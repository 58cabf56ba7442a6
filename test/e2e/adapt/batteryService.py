"""A battery as UPower tells of it, for a browser that asks the system bus: each line of standard input sets it anew."""

import sys

import dbus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

UPOWER = "org.freedesktop.UPower"
PROPERTIES = "org.freedesktop.DBus.Properties"


class Battery(dbus.service.Object):
    percentage = 100.0
    charging = True

    @dbus.service.method(PROPERTIES, in_signature="ss", out_signature="v")
    def Get(self, interface, key):
        return self.GetAll(interface)[key]

    @dbus.service.method(PROPERTIES, in_signature="s", out_signature="a{sv}")
    def GetAll(self, interface):
        return {
            # A battery, of two kinds of state: charging, discharging.
            "Type": dbus.UInt32(2),
            "State": dbus.UInt32(1 if self.charging else 2),
            "IsPresent": True,
            "Percentage": dbus.Double(self.percentage),
            # Seconds.
            "TimeToEmpty": dbus.Int64(0 if self.charging else 3600),
            "TimeToFull": dbus.Int64(3600 if self.charging else 0),
        }

    @dbus.service.signal(PROPERTIES, signature="sa{sv}as")
    def PropertiesChanged(self, interface, changed, invalidated):
        pass

    def read(self, source, _condition):
        line = source.readline()
        if line == "":
            loop.quit()
            return False
        percentage, state = line.split()
        self.percentage, self.charging = float(percentage), state == "charging"
        self.PropertiesChanged(UPOWER + ".Device", self.GetAll(UPOWER + ".Device"), [])
        return True


DBusGMainLoop(set_as_default=True)
bus = dbus.SystemBus()
name = dbus.service.BusName(UPOWER, bus)
battery = Battery(bus, "/org/freedesktop/UPower/devices/DisplayDevice")
loop = GLib.MainLoop()
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, battery.read)
print("ready", flush=True)
loop.run()

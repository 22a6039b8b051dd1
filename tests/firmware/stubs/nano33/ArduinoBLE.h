/* Stand-in for ArduinoBLE: the signatures that the sketch uses, and a radio the bench can look into. Like the library it
 * waits without limit where the radio takes no packet, cuts what is too long, and sends back what is written. Test code. */
#ifndef ARDUINOBLE_STUB_H
#define ARDUINOBLE_STUB_H

#include <Arduino.h>

enum { BLERead = 2, BLEWrite = 8, BLENotify = 16, BLEIndicate = 32 };
enum BLEDeviceEvent { BLEConnected, BLEDisconnected };
enum BLECharacteristicEvent { BLESubscribed, BLEUnsubscribed, BLERead_, BLEWritten };
struct BLEDevice {};

struct BLECharacteristic {
    typedef void (*Handler)(BLEDevice, BLECharacteristic);
    struct Inside { std::string uuid, bytes; unsigned properties = 0; size_t size = 0; bool fixed = false; std::map<int, Handler> handlers; };
    Inside *inside; /* copies are the same characteristic, as in the library */
    BLECharacteristic(const char *uuid, unsigned properties, int size, bool fixed = false) : inside(new_inside())
    {
        inside->uuid = uuid;
        inside->properties = properties;
        inside->size = (size_t)size;
        inside->fixed = fixed;
    }
    BLECharacteristic(const char *uuid, unsigned properties, const char *text) : BLECharacteristic(uuid, properties, 64)
    {
        inside->bytes = text;
    }
    static Inside *new_inside() { static std::deque<Inside> all; all.emplace_back(); return &all.back(); }
    bool is_imu() const { return inside->uuid.find("7c5a0002") == 0; }
    bool is_control() const { return inside->uuid.find("7c5a0003") == 0; }
    bool subscribed() const { return is_imu() ? radio.imu_on : is_control() && radio.control_on; }
    void setEventHandler(int event, Handler handler) { inside->handlers[event] = handler; }
    const uint8_t *value() const { return (const uint8_t *)inside->bytes.data(); }
    int valueLength() const { return (int)inside->bytes.size(); }
    int writeValue(const uint8_t *bytes, int length)
    {
        if ((size_t)length > inside->size) fail("a value longer than its characteristic");
        inside->bytes.assign((const char *)bytes, (size_t)length);
        if (inside->uuid == "2A25") radio.serial = inside->bytes;
        if (inside->uuid == "2A19") radio.battery_level = bytes[0];
        if (!subscribed()) return 1;
        if (inside->properties & BLEIndicate) throw Hang(); /* waits for the confirmation */
        radio_waits();
        if (radio.room == 0) throw Hang(); /* waits for room */
        std::string sent = inside->bytes.substr(0, (size_t)radio.mtu - 3);
        if (is_imu()) {
            if (sent != inside->bytes) fail("a packet longer than the link carries");
            radio.room--;
            radio.notified.push_back(sent);
        } else {
            radio.replied.push_back(sent);
        }
        return 1;
    }
};
struct BLEService {
    std::string uuid;
    explicit BLEService(const char *given) : uuid(given) {}
    void addCharacteristic(BLECharacteristic &) {}
};
struct BleStub {
    std::map<int, void (*)(BLEDevice)> handlers;
    int begin() { return 1; }
    void poll() {}
    void setLocalName(const char *name) { radio.name = name; }
    void setDeviceName(const char *) {}
    void setAdvertisedService(const BLEService &service)
    {
        radio.service.clear();
        for (size_t i = 0; i < service.uuid.size();) {
            if (service.uuid[i] == '-') { i++; continue; }
            radio.service += (char)std::stoi(service.uuid.substr(i, 2), nullptr, 16);
            i += 2;
        }
    }
    void setConnectionInterval(uint16_t, uint16_t) {}
    void setAdvertisingInterval(uint16_t interval) { radio.interval = interval; }
    int advertise() { radio.advertising = true; return 1; }
    void stopAdvertise() { radio.advertising = false; }
    void addService(BLEService &) {}
    void setEventHandler(BLEDeviceEvent event, void (*handler)(BLEDevice)) { handlers[event] = handler; }
    bool disconnect()
    {
        if (!radio.is_connected) return false;
        radio.is_connected = radio.imu_on = radio.control_on = false; /* and no handler is called, as in the library */
        return true;
    }
};
extern BleStub BLE;

#endif

/* Stand-in for NimBLE-Arduino 2: the signatures that the sketch uses, and a radio the bench can look into. Test code. */
#ifndef NIMBLE_STUB_H
#define NIMBLE_STUB_H

#include <Arduino.h>

enum { BLE_HS_CONN_HANDLE_NONE = 0xFFFF, BLE_HS_ADV_F_DISC_GEN = 2, BLE_HS_ADV_F_BREDR_UNSUP = 4 };
struct NIMBLE_PROPERTY { enum { READ = 2, WRITE = 8, NOTIFY = 16, INDICATE = 32 }; };

struct NimBLEConnInfo { uint16_t getConnHandle() const { return 1; } };
struct NimBLEServer;
struct NimBLECharacteristic;
struct NimBLEServerCallbacks {
    virtual ~NimBLEServerCallbacks() {}
    virtual void onConnect(NimBLEServer *, NimBLEConnInfo &) {}
    virtual void onDisconnect(NimBLEServer *, NimBLEConnInfo &, int) {}
};
struct NimBLECharacteristicCallbacks {
    virtual ~NimBLECharacteristicCallbacks() {}
    virtual void onWrite(NimBLECharacteristic *, NimBLEConnInfo &) {}
    virtual void onSubscribe(NimBLECharacteristic *, NimBLEConnInfo &, uint16_t) {}
};
struct NimBLEAttValue {
    std::string bytes;
    const uint8_t *data() const { return (const uint8_t *)bytes.data(); }
    uint16_t length() const { return (uint16_t)bytes.size(); }
};
struct NimBLECharacteristic {
    std::string uuid, value;
    NimBLECharacteristicCallbacks *callbacks = nullptr;
    void setCallbacks(NimBLECharacteristicCallbacks *given) { callbacks = given; }
    void setValue(const uint8_t *data, size_t size)
    {
        value.assign((const char *)data, size);
        if (uuid == "2A25") radio.serial = value;
        if (uuid == "2A19") radio.battery_level = data[0];
    }
    NimBLEAttValue getValue() const { return {value}; }
    bool notify(const uint8_t *data, size_t size, uint16_t) const
    {
        radio_waits();
        if (uuid == "2A19") return true;
        if (!radio.is_connected || !radio.imu_on || radio.room == 0) return false;
        if (size > (size_t)radio.mtu - 3) fail("a packet longer than the link carries");
        radio.room--;
        radio.notified.push_back(std::string((const char *)data, size));
        return true;
    }
    bool indicate(const uint8_t *data, size_t size, uint16_t) const
    {
        radio_waits();
        if (!radio.is_connected || !radio.control_on || radio.unconfirmed) return false;
        radio.replied.push_back(std::string((const char *)data, size));
        radio.unconfirmed = !radio.confirms;
        return true;
    }
};
struct NimBLEService {
    std::deque<NimBLECharacteristic> characteristics;
    NimBLECharacteristic *createCharacteristic(const char *uuid, uint32_t, uint16_t = 512)
    {
        characteristics.emplace_back();
        characteristics.back().uuid = uuid;
        return &characteristics.back();
    }
    bool start() { return true; }
};
struct NimBLEServer {
    std::deque<NimBLEService> services;
    NimBLEServerCallbacks *callbacks = nullptr;
    void setCallbacks(NimBLEServerCallbacks *given, bool) { callbacks = given; }
    NimBLEService *createService(const char *)
    {
        services.emplace_back();
        return &services.back();
    }
    uint16_t getPeerMTU(uint16_t) { return radio.mtu; }
    void advertiseOnDisconnect(bool) {}
    void updateConnParams(uint16_t, uint16_t, uint16_t, uint16_t, uint16_t) {}
    void setDataLen(uint16_t, uint16_t) {}
};
struct NimBLEUUID {
    std::string text;
    explicit NimBLEUUID(const char *given) : text(given) {}
};
struct NimBLEAdvertisementData {
    std::string name, service;
    bool setFlags(uint8_t) { return true; }
    bool setCompleteServices(const NimBLEUUID &uuid) { service = uuid.text; return true; }
    bool setName(const std::string &given) { name = given; return true; }
};
struct NimBLEAdvertising {
    bool setAdvertisementData(const NimBLEAdvertisementData &data)
    {
        radio.service.clear();
        for (size_t i = 0; i < data.service.size();) {
            if (data.service[i] == '-') { i++; continue; }
            radio.service += (char)std::stoi(data.service.substr(i, 2), nullptr, 16);
            i += 2;
        }
        return true;
    }
    bool setScanResponseData(const NimBLEAdvertisementData &data) { radio.name = data.name; return true; }
    void enableScanResponse(bool) {}
    void setMinInterval(uint16_t) {}
    void setMaxInterval(uint16_t interval) { radio.interval = interval; }
    bool start() { radio.advertising = true; return true; }
    bool stop() { radio.advertising = false; return true; }
};
struct NimBLEDevice {
    static void init(const std::string &) {}
    static bool setMTU(uint16_t) { return true; }
    static NimBLEServer *createServer() { return getServer(); }
    static NimBLEServer *getServer() { static NimBLEServer server; return &server; }
    static NimBLEAdvertising *getAdvertising() { static NimBLEAdvertising advertising; return &advertising; }
};

#endif

/* Stand-in for Bluefruit: the signatures of the library of Adafruit's and Seeed's nRF52 cores that the sketch uses, and a
 * radio the bench can look into. Test code. */
#ifndef BLUEFRUIT_STUB_H
#define BLUEFRUIT_STUB_H

#include <Arduino.h>

enum CharsProperties {
    CHR_PROPS_READ = 0x02, CHR_PROPS_WRITE = 0x08, CHR_PROPS_NOTIFY = 0x10, CHR_PROPS_INDICATE = 0x20
};
enum SecureMode_t { SECMODE_NO_ACCESS = 0x00, SECMODE_OPEN = 0x11 };
enum { BLE_GATT_HVX_NOTIFICATION = 1, BLE_GATT_HVX_INDICATION = 2, BLE_CONN_HANDLE_INVALID = 0xFFFF };
enum { BLE_GAP_PHY_2MBPS = 2, BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE = 6 };

struct Radio {
    bool is_connected = false;
    uint16_t mtu = 23;
    int room = 1000; /* notifications it takes before it is full */
    std::deque<std::string> notified;
    std::deque<std::string> indicated;
    std::string advertised_uuid, name, serial;
    void (*on_connect)(uint16_t) = nullptr;
    void (*on_disconnect)(uint16_t, uint8_t) = nullptr;
};
extern Radio radio;

class BLEUuid {
  public:
    std::string bytes;
    BLEUuid(const uint8_t uuid128[16]) : bytes((const char *)uuid128, 16) {}
};

class BLECharacteristic {
  public:
    typedef void (*write_cb_t)(uint16_t conn_hdl, BLECharacteristic *chr, uint8_t *data, uint16_t len);
    typedef void (*write_cccd_cb_t)(uint16_t conn_hdl, BLECharacteristic *chr, uint16_t value);
    BLEUuid uuid;
    uint8_t properties = 0;
    uint16_t cccd = 0, max_len = 20;
    write_cb_t on_write = nullptr;
    write_cccd_cb_t on_cccd = nullptr;
    std::string value;
    BLECharacteristic(BLEUuid own) : uuid(own) {}
    void setProperties(uint8_t prop) { properties = prop; }
    void setPermission(SecureMode_t, SecureMode_t) {}
    void setMaxLen(uint16_t length) { max_len = length; }
    void setFixedLen(uint16_t length) { max_len = length; }
    void setWriteCallback(write_cb_t fp, bool = true) { on_write = fp; }
    void setCccdWriteCallback(write_cccd_cb_t fp, bool = true) { on_cccd = fp; }
    uint32_t begin() { return 0; }
    uint16_t write(const void *data, uint16_t len)
    {
        value.assign((const char *)data, len);
        return len;
    }
    bool notifyEnabled(uint16_t) { return radio.is_connected && (cccd & BLE_GATT_HVX_NOTIFICATION); }
    bool notify(uint16_t, const void *data, uint16_t len)
    {
        if (board.lock_depth) fail("the radio is waited for under the lock");
        if (!notifyEnabled(0) || radio.room == 0) return false;
        if (len > radio.mtu - 3 || len > max_len) fail("a packet longer than the link carries");
        radio.room--;
        radio.notified.push_back(std::string((const char *)data, len));
        return true;
    }
    bool indicate(uint16_t, const void *data, uint16_t len)
    {
        if (board.lock_depth) fail("the host is waited for under the lock");
        if (!radio.is_connected || !(cccd & BLE_GATT_HVX_INDICATION)) return false;
        radio.indicated.push_back(std::string((const char *)data, len));
        return true;
    }
};

class BLEService {
  public:
    BLEUuid uuid;
    BLEService(BLEUuid own) : uuid(own) {}
    uint32_t begin() { return 0; }
};

class BLEDis {
  public:
    void setManufacturer(const char *) {}
    void setModel(const char *) {}
    void setSerialNum(const char *text) { radio.serial = text; }
    void setFirmwareRev(const char *) {}
    uint32_t begin() { return 0; }
};

class BLEBas {
  public:
    uint8_t level = 0;
    uint32_t begin() { return 0; }
    bool write(uint8_t percent) { level = percent; return true; }
    bool notify(uint8_t percent) { level = percent; return true; }
};

class BLEConnection {
  public:
    uint16_t getMtu() { return radio.mtu; }
    bool requestPHY(uint8_t) { return true; }
    bool requestDataLengthUpdate() { return true; }
};

struct BluefruitStub {
    struct {
        void addFlags(uint8_t) {}
        void addService(BLEService &service) { radio.advertised_uuid = service.uuid.bytes; }
        void addName() {}
        void restartOnDisconnect(bool) {}
        void setInterval(uint16_t, uint16_t) {}
        void setFastTimeout(uint16_t) {}
        bool start(uint16_t) { return true; }
    } Advertising, ScanResponse;
    struct {
        void setConnInterval(uint16_t, uint16_t) {}
        void setConnSupervisionTimeoutMS(uint16_t) {}
        void setConnectCallback(void (*fp)(uint16_t)) { radio.on_connect = fp; }
        void setDisconnectCallback(void (*fp)(uint16_t, uint8_t)) { radio.on_disconnect = fp; }
    } Periph;
    BLEConnection link;
    void configPrphConn(uint16_t, uint16_t, uint8_t, uint8_t) {}
    bool begin() { return true; }
    void setName(const char *name) { radio.name = name; }
    BLEConnection *Connection(uint16_t) { return radio.is_connected ? &link : nullptr; }
};
extern BluefruitStub Bluefruit;

#endif

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

struct Callbacks {
    void (*on_connect)(uint16_t) = nullptr;
    void (*on_disconnect)(uint16_t, uint8_t) = nullptr;
};
extern Callbacks callbacks;

/* ---- the radio's own calls ---- */

enum { NRF_SUCCESS = 0, NRF_ERROR_INVALID_STATE = 8, NRF_ERROR_BUSY = 17, BLE_ERROR_INVALID_CONN_HANDLE = 0x3002 };
enum { CONTROL_HANDLE = 42 };
struct ble_gatts_char_handles_t { uint16_t value_handle; };
struct ble_gatts_hvx_params_t {
    uint16_t handle;
    uint8_t type;
    uint16_t offset;
    uint16_t *p_len;
    uint8_t const *p_data;
};
inline uint32_t sd_ble_gatts_hvx(uint16_t, ble_gatts_hvx_params_t const *sent)
{
    radio_waits();
    if (!radio.is_connected) return BLE_ERROR_INVALID_CONN_HANDLE;
    if (sent->handle != CONTROL_HANDLE || sent->type != BLE_GATT_HVX_INDICATION || !radio.control_on)
        return NRF_ERROR_INVALID_STATE;
    if (radio.unconfirmed) return NRF_ERROR_BUSY;
    radio.replied.push_back(std::string((const char *)sent->p_data, *sent->p_len));
    radio.unconfirmed = !radio.confirms;
    return NRF_SUCCESS;
}

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
    uint16_t max_len = 20;
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
    bool notifyEnabled(uint16_t) { return radio.is_connected && radio.imu_on; }
    bool indicateEnabled(uint16_t) { return radio.is_connected && radio.control_on; }
    ble_gatts_char_handles_t handles() { return {CONTROL_HANDLE}; }
    bool notify(uint16_t, const void *data, uint16_t len)
    {
        radio_waits();
        if (!notifyEnabled(0) || radio.room == 0) return false;
        if (len > radio.mtu - 3 || len > max_len) fail("a packet longer than the link carries");
        radio.room--;
        radio.notified.push_back(std::string((const char *)data, len));
        return true;
    }
    /* As the library does it: it waits for the confirmation, and nothing ends that if the link goes. */
    bool indicate(uint16_t, const void *, uint16_t) { throw Hang(); }
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
    uint32_t begin() { return 0; }
    bool write(uint8_t percent) { radio.battery_level = percent; return true; }
    bool notify(uint8_t percent) { radio.battery_level = percent; return true; }
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
        void addService(BLEService &service) { radio.service = std::string(service.uuid.bytes.rbegin(), service.uuid.bytes.rend()); }
        void addName() {}
        void restartOnDisconnect(bool again) { restarts() = again; }
        static bool &restarts() { static bool it; return it; }
        void setInterval(uint16_t, uint16_t slow) { radio.interval = slow; }
        void setFastTimeout(uint16_t) {}
        bool start(uint16_t) { radio.advertising = true; return true; }
    } Advertising, ScanResponse;
    struct {
        void setConnInterval(uint16_t, uint16_t) {}
        void setConnSupervisionTimeoutMS(uint16_t) {}
        void setConnectCallback(void (*fp)(uint16_t)) { callbacks.on_connect = fp; }
        void setDisconnectCallback(void (*fp)(uint16_t, uint8_t)) { callbacks.on_disconnect = fp; }
    } Periph;
    BLEConnection link;
    void configPrphConn(uint16_t, uint16_t, uint8_t, uint8_t) {}
    bool led = true;
    void autoConnLed(bool on) { led = on; }
    bool begin() { return true; }
    void setName(const char *name) { radio.name = name; }
    BLEConnection *Connection(uint16_t) { return radio.is_connected ? &link : nullptr; }
};
extern BluefruitStub Bluefruit;

#endif

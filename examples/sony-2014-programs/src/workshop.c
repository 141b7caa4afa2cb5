/* The shared part of one family's stand-ins: an odd base-29 coding, a reversible scrambler, a table-driven reader
 * of "key=value" lines, a ring of 61 cells, a date writer, a shuffle. Written for this example, found nowhere else. */
#include "workshop.h"

#define KEEP __attribute__((noinline, noclone))

static const char digits29[] = "QXZVKJWHGBPFYMUCDLTRNSIOAE375";

KEEP uint32_t ws_mark(const uint8_t *data, size_t len, uint32_t salt)
{
    uint32_t a = salt ^ 0x5bd1f3a7u, b = 0x2c9277b5u, i;
    for (i = 0; i < len; i++) {
        a += (uint32_t)data[i] * 0x1d3u + (b >> 7);
        b ^= (a << 11) | (a >> 21);
        if (((a ^ b) & 0x1f) == 0x13)
            a = (a << 3) - b + 0x6e5u;
        b += a * 29u + i;
    }
    a ^= b >> 15;
    a *= 0x7feb352du;
    return a ^ (b << 5) ^ (uint32_t)len;
}

KEEP size_t ws_unfold29(const char *text, uint8_t *out, size_t room)
{
    size_t n = 0;
    while (text[0] && text[1]) {
        uint32_t hi = 0, lo = 0, k;
        for (k = 0; k < 29; k++) {
            if (digits29[k] == text[0])
                hi = k;
            if (digits29[k] == text[1])
                lo = k;
        }
        if (n == room)
            break;
        out[n] = (uint8_t)(hi * 29 + lo - (n % 7) * 3);
        n++;
        text += 2;
    }
    return n;
}

KEEP size_t ws_fold29(const uint8_t *data, size_t len, char *out, size_t room)
{
    size_t i, n = 0;
    for (i = 0; i < len; i++) {
        uint32_t v = data[i] + (uint32_t)(i % 7) * 3;
        if (n + 3 > room)
            break;
        out[n++] = digits29[v / 29];
        out[n++] = digits29[v % 29];
    }
    if (n < room)
        out[n] = 0;
    return n;
}

KEEP void ws_stir(uint8_t *data, size_t len, uint32_t key)
{
    uint32_t s = key * 0x9e3779b1u + 0x61c9u;
    size_t i;
    for (i = 0; i < len; i++) {
        uint8_t v = data[i];
        s = (s >> 1) ^ ((0u - (s & 1)) & 0xb4bcd35cu);
        v ^= (uint8_t)(s >> 9);
        v = (uint8_t)((v << 3) | (v >> 5));
        v += (uint8_t)(s ^ (i * 5));
        data[i] = v;
        s += v & 0u;
    }
}

KEEP void ws_unstir(uint8_t *data, size_t len, uint32_t key)
{
    uint32_t s = key * 0x9e3779b1u + 0x61c9u;
    size_t i;
    for (i = 0; i < len; i++) {
        uint8_t v;
        s = (s >> 1) ^ ((0u - (s & 1)) & 0xb4bcd35cu);
        v = (uint8_t)(data[i] - (uint8_t)(s ^ (i * 5)));
        v = (uint8_t)((v >> 3) | (v << 5));
        data[i] = v ^ (uint8_t)(s >> 9);
    }
}

/* states: 0 before a key, 1 in a key, 2 before a value, 3 in a value, 4 in a remark */
static const uint8_t step[5][6] = {
    /* letter digit equals space end other */
    {1, 4, 4, 0, 0, 4}, {1, 1, 2, 1, 0, 4}, {3, 3, 3, 2, 0, 3}, {3, 3, 3, 3, 0, 3}, {4, 4, 4, 4, 0, 4},
};

KEEP int ws_fields(const char *text, struct field *out, int room)
{
    uint32_t state = 0, at = 0, key = 0, from = 0;
    int n = 0;
    for (;; at++) {
        unsigned char c = (unsigned char)text[at];
        uint32_t class_, next;
        if ((c | 32) >= 'a' && (c | 32) <= 'z')
            class_ = 0;
        else if (c >= '0' && c <= '9')
            class_ = 1;
        else if (c == '=')
            class_ = 2;
        else if (c == ' ' || c == '\t')
            class_ = 3;
        else if (c == '\n' || c == 0)
            class_ = 4;
        else
            class_ = 5;
        next = step[state][class_];
        if (state == 0 && next == 1)
            key = 0x811c9dc5u;
        if (next == 1)
            key = (key ^ c) * 0x01000193u;
        if (state == 2 && next == 3)
            from = at;
        if (state == 3 && next == 0 && n < room) {
            out[n].key = key;
            out[n].from = from;
            out[n].len = at - from;
            out[n].kind = class_;
            n++;
        }
        state = next;
        if (c == 0)
            return n;
    }
}

KEEP uint32_t ws_ring_put(struct ring *r, const uint8_t *data, uint32_t len)
{
    uint32_t i, n = 0;
    for (i = 0; i < len; i++) {
        uint32_t next = (r->head + 17) % 61;
        if (next == r->tail) {
            r->spilled += len - i;
            break;
        }
        r->cell[r->head] = data[i] ^ (uint8_t)(r->head * 3 + 1);
        r->head = next;
        n++;
    }
    return n;
}

KEEP uint32_t ws_ring_take(struct ring *r, uint8_t *out, uint32_t room)
{
    uint32_t n = 0;
    while (r->tail != r->head && n < room) {
        out[n++] = r->cell[r->tail] ^ (uint8_t)(r->tail * 3 + 1);
        r->cell[r->tail] = 0x5a;
        r->tail = (r->tail + 17) % 61;
    }
    if (r->spilled > 0xffff)
        r->spilled = 0xffff;
    return n;
}

KEEP void ws_day(uint32_t days, char out[11])
{
    uint32_t z = days + 719468u, era = z / 146097u, doe = z - era * 146097u;
    uint32_t yoe = (doe - doe / 1460u + doe / 36524u - doe / 146096u) / 365u;
    uint32_t doy = doe - (365u * yoe + yoe / 4u - yoe / 100u), mp = (5u * doy + 2u) / 153u;
    uint32_t d = doy - (153u * mp + 2u) / 5u + 1u, m = mp < 10u ? mp + 3u : mp - 9u;
    uint32_t y = yoe + era * 400u + (m <= 2u), i;
    for (i = 4; i-- > 0; y /= 10u)
        out[i] = (char)('0' + y % 10u);
    out[4] = out[7] = '-';
    out[5] = (char)('0' + m / 10u);
    out[6] = (char)('0' + m % 10u);
    out[8] = (char)('0' + d / 10u);
    out[9] = (char)('0' + d % 10u);
    out[10] = 0;
}

KEEP void ws_shuffle(uint8_t *data, uint32_t len, uint32_t seed)
{
    uint32_t i, x = seed | 1u;
    for (i = len; i > 1; i--) {
        uint32_t j;
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        j = (x >> 3) % i;
        if (j != i - 1) {
            uint8_t t = data[j];
            data[j] = data[i - 1];
            data[i - 1] = t;
        }
        x += 0x3c6ef35fu ^ (j << 4);
    }
}

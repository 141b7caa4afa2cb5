/* Functions that the stand-ins of one family share. Harmless: they work on memory and print nothing. */
#ifndef WORKSHOP_H
#define WORKSHOP_H
#include <stddef.h>
#include <stdint.h>

struct ring {
    uint8_t cell[61];
    uint32_t head, tail, spilled;
};
struct field {
    uint32_t key, from, len, kind;
};

uint32_t ws_mark(const uint8_t *data, size_t len, uint32_t salt);
size_t ws_unfold29(const char *text, uint8_t *out, size_t room);
size_t ws_fold29(const uint8_t *data, size_t len, char *out, size_t room);
void ws_stir(uint8_t *data, size_t len, uint32_t key);
void ws_unstir(uint8_t *data, size_t len, uint32_t key);
int ws_fields(const char *text, struct field *out, int room);
uint32_t ws_ring_put(struct ring *r, const uint8_t *data, uint32_t len);
uint32_t ws_ring_take(struct ring *r, uint8_t *out, uint32_t room);
void ws_day(uint32_t days, char out[11]);
void ws_shuffle(uint8_t *data, uint32_t len, uint32_t seed);
#endif

/* Common code for the corpus (registered with --library): sorts its arguments with the runtime's qsort. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int cmp(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(int argc, char **argv)
{
    int i;
    char *copy = malloc(4096);
    if (!copy)
        return 1;
    qsort(argv + 1, argc > 0 ? (size_t)argc - 1 : 0, sizeof *argv, cmp);
    for (i = 1; i < argc; i++) {
        strncpy(copy, argv[i], 4095);
        copy[4095] = 0;
        puts(copy);
    }
    free(copy);
    return 0;
}

/* Common code for the corpus (registered with --library): nothing but the runtime and a loop over standard input. */
#include <stdio.h>

int main(void)
{
    int c, lines = 0, words = 0, inside = 0;
    while ((c = getchar()) != EOF) {
        lines += c == '\n';
        if (c == ' ' || c == '\n' || c == '\t')
            inside = 0;
        else if (!inside)
            words += inside = 1;
    }
    printf("%d %d\n", lines, words);
    return 0;
}

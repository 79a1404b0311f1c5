/* A fused Adam step over flat buffers, from C: minimises (w0 - 3)^2 + 10 (w1 + 1)^2.
 *
 *     make install-library PREFIX=$HOME/.local && cd Examples/C
 *     cc adam.c -I$HOME/.local/include -L$HOME/.local/lib -Wl,-rpath,$HOME/.local/lib -ldescent && ./a.out
 */
#include <descent.h>
#include <stdio.h>

static int complain(dsc_status status) {
    fprintf(stderr, "%s: %s\n", dsc_status_string(status), dsc_last_error());
    return 1;
}

int main(void) {
    double w[2] = {0, 0}, g[2];
    size_t length = 2;
    dsc_option options[] = {{"lr", 0.1}, {"beta2", 0.99}};
    dsc_optimizer *optimizer = NULL;
    dsc_status status = dsc_optimizer_create(DSC_FLOAT64, 1, &length, NULL, &optimizer);
    if (status == DSC_OK)
        status = dsc_optimizer_add_group(optimizer, "adam", 1, NULL, 2, options, NULL);
    for (int i = 0; status == DSC_OK && i < 500; ++i) {
        g[0] = 2 * (w[0] - 3);
        g[1] = 20 * (w[1] + 1);
        dsc_step step = {.parameters = w, .gradients = g};
        status = dsc_optimizer_step(NULL, optimizer, &step, NULL);
    }
    dsc_optimizer_destroy(optimizer);
    if (status != DSC_OK)
        return complain(status);
    printf("w = (%.4f, %.4f)\n", w[0], w[1]);
    return 0;
}

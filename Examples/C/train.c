/* Trains the lectures' network, 784-512-512-10 with ReLU, on Fashion-MNIST by SGD with momentum, as the
 * lectures' PyTorch script does, and prints each epoch's training loss.
 *
 *     make install-library PREFIX=$HOME/.local && cd Examples/C
 *     cc train.c -I$HOME/.local/include -L$HOME/.local/lib -Wl,-rpath,$HOME/.local/lib -ldescent -lz -o train
 *     ./train FOLDER 10
 *
 * FOLDER has train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz. */
#include <descent.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

enum { IMAGES = 60000, PIXELS = 784, BATCH = 16 };

/* The bytes behind a file's header. */
static int load(const char *folder, const char *name, unsigned header, unsigned char *bytes, unsigned count) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    gzFile file = gzopen(path, "rb");
    int is_good =
        file != NULL && gzseek(file, header, SEEK_SET) == header && gzread(file, bytes, count) == (int)count;
    if (file != NULL)
        gzclose(file);
    if (!is_good)
        fprintf(stderr, "%s cannot be read\n", path);
    return is_good;
}

/* One batch: forward, loss, backward, step. The sum of its samples' losses is added to *total. */
static dsc_status train(dsc_network *network, dsc_optimizer *optimizer, dsc_tensor *images,
                        dsc_tensor *labels, double *total) {
    dsc_tensor *logits = NULL, *loss = NULL;
    double value;
    dsc_status status = dsc_network_forward(network, images, &logits);
    if (status >= 0)
        status = dsc_cross_entropy_loss(logits, labels, NULL, &loss);
    if (status >= 0)
        status = dsc_backward(loss, NULL, NULL);
    if (status >= 0)
        status = dsc_network_step(network, optimizer, NULL);
    if (status >= 0)
        status = dsc_tensor_item(loss, &value);
    if (status >= 0)
        *total += value * BATCH;
    dsc_tensor_release(loss);
    dsc_tensor_release(logits);
    return status;
}

int main(int count, char **arguments) {
    static unsigned char pixels[IMAGES * PIXELS], classes[IMAGES];
    static float images[IMAGES * PIXELS];
    static int64_t labels[IMAGES];
    const char *folder = count > 1 ? arguments[1] : ".";
    int epochs = count > 2 ? atoi(arguments[2]) : 1;
    if (!load(folder, "train-images-idx3-ubyte.gz", 16, pixels, sizeof pixels) ||
        !load(folder, "train-labels-idx1-ubyte.gz", 8, classes, sizeof classes))
        return 1;
    for (int i = 0; i < IMAGES * PIXELS; ++i)
        images[i] = (float)pixels[i] / 255;
    for (int i = 0; i < IMAGES; ++i)
        labels[i] = classes[i];

    dsc_network *network = NULL;
    dsc_optimizer *optimizer = NULL;
    dsc_random random;
    dsc_random_seed(&random, 0);
    dsc_option options[] = {{"lr", 1e-3}, {"momentum", 0.5}};
    dsc_status status = dsc_network_create(NULL, DSC_FLOAT32, &network);
    if (status >= 0)
        status = dsc_network_parse(network, "linear(784, 512) relu linear(512, 512) relu linear(512, 10)",
                                   &random);
    if (status >= 0)
        status = dsc_network_optimizer(network, "sgd", 2, options, &optimizer);
    for (int epoch = 1; status >= 0 && epoch <= epochs; ++epoch) {
        double total = 0;
        for (size_t i = 0; status >= 0 && i < IMAGES; i += BATCH) {
            dsc_tensor *x = NULL, *y = NULL;
            status = dsc_tensor_wrap(NULL, DSC_FLOAT32, 2, (size_t[]){BATCH, PIXELS}, NULL,
                                     images + i * PIXELS, NULL, NULL, &x);
            if (status >= 0)
                status =
                    dsc_tensor_wrap(NULL, DSC_INT64, 1, (size_t[]){BATCH}, NULL, labels + i, NULL, NULL, &y);
            if (status >= 0)
                status = train(network, optimizer, x, y, &total);
            dsc_tensor_release(x);
            dsc_tensor_release(y);
        }
        printf("epoch %d: training loss %.6f\n", epoch, total / IMAGES);
    }
    if (status < 0)
        fprintf(stderr, "%s: %s\n", dsc_status_string(status), dsc_last_error());
    dsc_optimizer_destroy(optimizer);
    dsc_network_destroy(network);
    return status < 0;
}

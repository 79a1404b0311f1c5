/* The C functions with arguments they must refuse. A row is a call:
 *
 *     REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_unary_run(NULL, DSC_FLOAT32, DSC_EXP, MOST, w.x, w.out));
 *
 * passes if the call returns that status, dsc_last_error has the word, and not a byte of `w` has changed;
 *
 *     ACCEPTED(dsc_unary_run(NULL, DSC_FLOAT32, DSC_EXP, 0, NULL, NULL));
 *
 * if it returns a status that is no failure; HOLDS if what it asks is true. Each row runs in a process of its
 * own, so that a crash fails that row alone. To add one, put it where its header's rows are. */
#ifndef ROWS_H
#define ROWS_H

#include <descent.h>
#include <math.h>
#include <stdbool.h>

/* Sizes: the largest; and one whose product with an element's size wraps round to 0. */
#define MOST SIZE_MAX
#define WRAPS ((size_t)1 << 62)

enum { ROOM = 64 };

/* What calls may read and, if they are not refused, write. Numbers from 1 on; indices 0; a seeded generator.
 * Tensors lie over these numbers, so that a change of one is seen. */
typedef struct world {
    double x[ROOM], y[ROOM], z[ROOM], out[ROOM];
    float numbers[ROOM], weights[ROOM];
    int64_t indices[ROOM];
    uint8_t bytes[ROOM], truths[ROOM];
    uint16_t halves[ROOM];
    dsc_random random;
    /* [2, 3], by type; `other` is real too */
    dsc_tensor *real, *other, *doubles, *whole, *truth, *half;
    dsc_tensor *number, *vector, *empty; /* float32: [], [3], [0, 3] */
    dsc_tensor *whole_number;            /* int64: [] */
    dsc_tensor *leaf, *result;           /* float32 [2, 3], with gradients; what was computed from it */
    dsc_tensor *single;                  /* float32 [1, 1] */
    dsc_tensor *deep;                    /* float32, 8 dimensions */
    dsc_tensor *vast;                    /* a byte seen as 2^62 numbers */
    /* Where results would go: filled with pointers to nowhere, so that a NULL written is seen too. */
    dsc_tensor *made[4];
    dsc_network *network, *new_network;
    dsc_optimizer *optimizer, *new_optimizer;
    dsc_parameters *new_parameters;
    dsc_safetensors *file;
    dsc_network_entry entry;
    dsc_network_layer layer;
    dsc_named_tensor named;
    dsc_operation_row operation;
    dsc_memory memory;
} world;
extern world w;

/* Whether this process is to run the row. */
bool begin_row(const char *file, int line, const char *call);
_Noreturn void end_refused(dsc_status expected, const char *word, dsc_status status);
_Noreturn void end_row(bool passes, const char *message);

#define REFUSED(expected, word, call)                                                                        \
    do {                                                                                                     \
        if (begin_row(__FILE__, __LINE__, #call))                                                            \
            end_refused(expected, word, call);                                                               \
    } while (0)
#define ACCEPTED(call)                                                                                       \
    do {                                                                                                     \
        if (begin_row(__FILE__, __LINE__, #call))                                                            \
            end_row((call) >= 0, dsc_last_error());                                                          \
    } while (0)
#define HOLDS(condition)                                                                                     \
    do {                                                                                                     \
        if (begin_row(__FILE__, __LINE__, #condition))                                                       \
            end_row(condition, "it does not hold");                                                          \
    } while (0)

void core_rows(void);
void kernel_rows(void);
void loss_kernel_rows(void);
void tensor_rows(void);
void autodiff_rows(void);
void operation_rows(void);
void activation_rows(void);
void normalization_rows(void);
void pooling_rows(void);
void convolution_rows(void);
void index_rows(void);
void reduction_rows(void);
void recurrent_rows(void);
void attention_rows(void);
void loss_rows(void);
void metric_rows(void);
void formula_rows(void);
void network_rows(void);
void parameter_rows(void);
void parametrization_rows(void);
void checkpoint_rows(void);
void optimizer_rows(void);
void optimizer_state_rows(void);
void schedule_rows(void);
void newton_rows(void);

#endif

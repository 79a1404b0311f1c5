#include "losses/loss.h"

/* One sample's targets after another's, and the lengths: whole numbers in memory of their own. */
typedef struct sequences {
    dsc_tensor *targets, *input_lengths, *target_lengths;
} sequences;

static void release(sequences *s) {
    dsc_tensor_release(s->targets);
    dsc_tensor_release(s->input_lengths);
    dsc_tensor_release(s->target_lengths);
}

/* One length for each sample: those that were given, or all the same. */
static dsc_status read_lengths(const char *name, dsc_tensor *given, const dsc_tensor *x, size_t samples,
                               size_t all, dsc_tensor **lengths) {
    if (given != NULL && (given->dtype != DSC_INT64 || given->rank > 1 || given->count != samples))
        return dsc_fail(given->dtype != DSC_INT64 ? DSC_ERROR_DTYPE : DSC_ERROR_SIZE,
                        "%s is %s of shape %s, must be int64 of shape [%zu]", name,
                        dsc_dtype_name(given->dtype), dsc_shape_text(given->rank, given->shape).text,
                        samples);
    if (given != NULL)
        return dsc_contiguous_of(given, lengths);
    return dsc_tensor_full(dsc_context_of(x), DSC_INT64, 1, &samples, (double)all, lengths);
}

/* Without the padding of [batch, longest]. */
static dsc_status join(const dsc_tensor *padded, const dsc_tensor *lengths, dsc_tensor **joined) {
    const size_t samples = padded->shape[0], longest = padded->shape[1];
    const int64_t *length = dsc_data(lengths), *from = dsc_data(padded);
    size_t total = 0;
    for (size_t i = 0; i < samples; ++i) {
        if (length[i] < 0 || (uint64_t)length[i] > longest)
            return dsc_fail(DSC_ERROR_ARGUMENT, "target length %lld of sample %zu is outside [0, %zu]",
                            (long long)length[i], i, longest);
        total += (size_t)length[i];
    }
    DSC_TRY(dsc_make(dsc_context_of(padded), DSC_INT64, 1, &total, joined));
    int64_t *to = dsc_data(*joined);
    for (size_t i = 0; i < samples; to += length[i++])
        memcpy(to, from + i * longest, (size_t)length[i] * sizeof *to);
    return DSC_OK;
}

static dsc_status check_total(const dsc_tensor *targets, const dsc_tensor *lengths) {
    const int64_t *length = dsc_data(lengths);
    size_t total = 0;
    for (size_t i = 0; i < lengths->count; ++i) {
        if (length[i] < 0 || (uint64_t)length[i] > targets->count)
            return dsc_fail(DSC_ERROR_ARGUMENT, "target length %lld of sample %zu is outside [0, %zu]",
                            (long long)length[i], i, targets->count);
        total += (size_t)length[i];
    }
    if (total == targets->count)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE, "targets are %zu, and target_lengths add up to %zu", targets->count,
                    total);
}

static dsc_status read_targets(const dsc_loss_call *call, size_t samples, dsc_tensor *target_lengths,
                               sequences *s) {
    const dsc_tensor *x = call->inputs[0].tensor, *targets = call->inputs[3].tensor;
    bool is_padded = targets->rank == 2;
    if (targets->dtype != DSC_INT64 || targets->rank == 0 || targets->rank > 2 ||
        (is_padded && targets->shape[0] != samples) || (!is_padded && target_lengths == NULL && samples != 1))
        return dsc_fail(targets->dtype != DSC_INT64 ? DSC_ERROR_DTYPE : DSC_ERROR_SIZE,
                        "targets is %s of shape %s, must be int64 of shape [%zu, longest], or one "
                        "sample's after another's with target_lengths",
                        dsc_dtype_name(targets->dtype), dsc_shape_text(targets->rank, targets->shape).text,
                        samples);
    DSC_TRY(read_lengths("target_lengths", target_lengths, x, samples, targets->shape[targets->rank - 1u],
                         &s->target_lengths));
    if (is_padded)
        return join(call->dense[3], s->target_lengths, &s->targets);
    DSC_TRY(check_total(targets, s->target_lengths));
    s->targets = dsc_tensor_retain(call->dense[3]);
    return DSC_OK;
}

dsc_status dsc_ctc_loss(dsc_tensor *log_probabilities, dsc_tensor *targets, dsc_tensor *input_lengths,
                        dsc_tensor *target_lengths, const dsc_ctc_options *options, dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_ctc_options, DSC_CTC_OPTIONS, ctc_loss);
    call.inputs[0] = (dsc_loss_input){log_probabilities, "log_probabilities", DSC_LOSS_NUMBERS};
    call.inputs[3] = (dsc_loss_input){targets, "targets", DSC_LOSS_CHECKED};
    DSC_TRY(dsc_loss_check(&call, result));
    const dsc_tensor *x = log_probabilities;
    if (x->rank != 2 && x->rank != 3)
        return dsc_fail(DSC_ERROR_SIZE,
                        "ctc_loss: log_probabilities is of shape %s, must be [steps, batch, classes] or "
                        "[steps, classes]",
                        dsc_shape_text(x->rank, x->shape).text);
    size_t samples = x->rank == 3 ? x->shape[1] : 1;
    call.rank = x->rank - 2u;
    call.shape[0] = call.values = samples;
    call.broadcast_rank = x->rank == 3 ? 3 : 0;
    call.broadcast[0] = call.broadcast[2] = 1;
    call.broadcast[1] = samples;
    sequences s = {NULL, NULL, NULL};
    dsc_status status = dsc_loss_begin(&call);
    if (status == DSC_OK)
        status = read_lengths("input_lengths", input_lengths, x, samples, x->shape[0], &s.input_lengths);
    if (status == DSC_OK)
        status = read_targets(&call, samples, target_lengths, &s);
    if (status == DSC_OK) {
        dsc_ctc kernel = {.dtype = x->dtype,
                          .steps = x->shape[0],
                          .samples = samples,
                          .classes = x->shape[x->rank - 1u],
                          .log_probabilities = dsc_loss_input_data(&call, 0),
                          .targets = dsc_data(s.targets),
                          .input_lengths = dsc_data(s.input_lengths),
                          .target_lengths = dsc_data(s.target_lengths),
                          .blank = o.blank,
                          .zero_infinity = o.zero_infinity,
                          .reduction = o.reduction};
        status = dsc_ctc_run(dsc_context_of(x), &kernel, dsc_data(call.value), dsc_loss_found(&call, 0));
    }
    release(&s);
    return dsc_loss_end(&call, status, result);
}

static void refuse_to_differentiate(dsc_pullback *p) {
    p->status =
        dsc_fail(DSC_ERROR_ARGUMENT, "ctc_loss can be differentiated once: its gradient, which is that "
                                     "by the logits of a softmax, has no derivative");
}

static const dsc_operation gradient = {"ctc_loss", "its gradient", refuse_to_differentiate};

/* Something to differentiate that refuses to be. */
static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    dsc_tensor *x = dsc_input(p, 0), *numbers = x_detach(p, x), *made = NULL;
    if (numbers == NULL)
        return;
    dsc_status status = dsc_finish(&(dsc_record){.operation = &gradient, .count = 1, .inputs = &x}, DSC_OK,
                                   dsc_tensor_retain(numbers), &made);
    slope[0] = dsc_keep(p, status, made);
}

void dsc_pull_back_ctc_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_ctc_loss(inputs[0], inputs[1], inputs[2], inputs[3], options, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_WHOLE(dsc_ctc_options, blank, 0, 0x1p31 - 1, "the class that stands for nothing"),
    DSC_LOSS_FLAG(dsc_ctc_options, zero_infinity, "targets too long for their input count as 0"),
    DSC_LOSS_REDUCTION(dsc_ctc_options),
};

const dsc_loss dsc_loss_ctc = {
    .info = {.name = "ctc",
             .title = "Connectionist temporal classification",
             .source = "torch.nn.CTCLoss; Graves et al. 2006",
             .formula = "-log of the sum, over all alignments of the target, of their probabilities",
             .inputs = {"log_probabilities", "targets", "input_lengths", "target_lengths"},
             .input_count = 4,
             .required_count = 2},
    DSC_LOSS_OPTION_TABLE(table, dsc_ctc_options, DSC_CTC_OPTIONS),
    .run = run};

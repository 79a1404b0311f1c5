#include "losses/loss.h"

dsc_status dsc_hinge_embedding_loss(dsc_tensor *prediction, dsc_tensor *targets,
                                    const dsc_hinge_embedding_options *options, dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_hinge_embedding_options, DSC_HINGE_EMBEDDING_OPTIONS, hinge_embedding_loss);
    call.inputs[0] = (dsc_loss_input){prediction, "prediction", DSC_LOSS_NUMBERS};
    call.inputs[3] = (dsc_loss_input){targets, "targets", DSC_LOSS_LABELS};
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_HINGE_EMBEDDING, .margin = o.margin};
    return dsc_loss_of_elements(&call, &kernel, result);
}

void dsc_pull_back_hinge_embedding_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, NULL);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_hinge_embedding_loss(inputs[0], inputs[1], options, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_ANY(dsc_hinge_embedding_options, margin, "how far apart unlike pairs are to be"),
    DSC_LOSS_REDUCTION(dsc_hinge_embedding_options),
};

const dsc_loss dsc_loss_hinge_embedding = {
    .info = {.name = "hinge_embedding",
             .title = "Distances of pairs that are alike (1) or not (-1)",
             .source = "torch.nn.HingeEmbeddingLoss",
             .formula = "x where y = 1, max(0, margin - x) where y = -1",
             .inputs = {"prediction", "targets"},
             .input_count = 2,
             .required_count = 2},
    DSC_LOSS_OPTION_TABLE(table, dsc_hinge_embedding_options, DSC_HINGE_EMBEDDING_OPTIONS),
    .run = run};

import CDescent

/// Operations by name, with a case's options: results go where the pointer says, one after the other.
enum OperationCalls {
  typealias Results = UnsafeMutablePointer<OpaquePointer?>
  typealias Call = @Sendable ([OpaquePointer?], OperationCase.Options, Results) -> dsc_status

  static let all: [String: Call] = [
    unary, binary, others, reductions, extremes, places, norms, normalizations, convolutions, pooling,
    activations, embeddings, sampleNorms, attention, recurrent, indexing, lossCalls,
    unary, binary, others, reductions, extremes, places, norms, normalizations, convolutions, indexing,
    lossCalls,
    unary, binary, others, reductions, extremes, places, norms, normalizations, indexing, lossCalls, pooling,
    sampleNorms,
    unary, binary, others, reductions, extremes, places, norms, normalizations, attention, indexing,
    lossCalls,
  ]
  .reduce(into: [:]) { all, part in all.merge(part) { $1 } }

  // MARK: Element by element

  private typealias Unary = @Sendable (OpaquePointer?, Results?) -> dsc_status
  private typealias Binary = @Sendable (OpaquePointer?, OpaquePointer?, Results?) -> dsc_status

  private static let unaryFunctions: [String: Unary] = [
    "negate": dsc_negate, "exp": dsc_exp, "log": dsc_log, "sqrt": dsc_sqrt, "abs": dsc_abs, "sign": dsc_sign,
    "floor": dsc_floor, "relu": dsc_relu, "sigmoid": dsc_sigmoid, "log_sigmoid": dsc_log_sigmoid,
    "tanh": dsc_tanh, "sin": dsc_sin, "cos": dsc_cos, "atan": dsc_atan,
    "erf": dsc_erf,
    "log1p": dsc_log1p, "expm1": dsc_expm1, "rsqrt": dsc_rsqrt, "reciprocal": dsc_reciprocal,
    "square": dsc_square, "tan": dsc_tan, "asin": dsc_asin, "acos": dsc_acos, "sinh": dsc_sinh,
    "cosh": dsc_cosh,
    "round": dsc_round, "ceil": dsc_ceil, "trunc": dsc_trunc, "clone": dsc_clone,
    "contiguous": dsc_contiguous,
    "is_nan": dsc_is_nan, "is_finite": dsc_is_finite, "logical_not": dsc_logical_not,
  ]
  private static let unary: [String: Call] = unaryFunctions.mapValues { f in
    { x, _, result in f(x[0], result) }
  }

  private static let binaryFunctions: [String: Binary] = [
    "add": dsc_add, "subtract": dsc_subtract, "multiply": dsc_multiply, "divide": dsc_divide,
    "power": dsc_power,
    "maximum": dsc_maximum, "minimum": dsc_minimum, "equal": dsc_equal, "not_equal": dsc_not_equal,
    "less": dsc_less, "less_equal": dsc_less_equal, "greater": dsc_greater,
    "greater_equal": dsc_greater_equal,
    "logical_and": dsc_logical_and, "logical_or": dsc_logical_or, "matmul": dsc_matmul,
  ]
  private static let binary: [String: Call] = binaryFunctions.mapValues { f in
    { x, _, result in f(x[0], x[1], result) }
  }

  // MARK: With options, and views

  private static let others: [String: Call] = [
    "affine": { dsc_affine($0[0], $1.scale!, $1.offset!, $2) },
    "clamp": { dsc_clamp($0[0], $1.low ?? -.infinity, $1.high ?? .infinity, $2) },
    "where": { dsc_where($0[0], $0[1], $0[2], $2) },
    "to": { dsc_to($0[0], OperationCase.dtypes[$1.dtype!]!, $2) },
    "reshape": { dsc_reshape($0[0], $1.shape!.count, $1.shape!, $2) },
    "flatten": { dsc_flatten($0[0], $1.first!, $1.last!, $2) },
    "permute": { dsc_permute($0[0], $1.dimensions!.count, $1.dimensions!, $2) },
    "transpose": { dsc_transpose($0[0], $1.first!, $1.last!, $2) },
    "slice": { dsc_slice($0[0], $1.dimension!, $1.start!, $1.end!, $1.step!, $2) },
    "slice_into_zeros": {
      dsc_slice_into_zeros($0[0], $1.shape!.count, $1.shape!, $1.dimension!, Int($1.start!), $1.step!, $2)
    },
    "select": { dsc_select($0[0], $1.dimension!, $1.index!, $2) },
    "squeeze": { dsc_squeeze($0[0], $1.dimension!, $2) },
    "unsqueeze": { dsc_unsqueeze($0[0], $1.dimension!, $2) },
    "expand": { dsc_expand($0[0], $1.shape!.count, $1.shape!, $2) },
    "linear": {
      dsc_linear($0[0], $0[1], $0.count > 2 ? $0[2] : nil, activation($1), $2)
    },
    "einsum": { dsc_einsum($1.equation!, $0[0], $0.count > 1 ? $0[1] : nil, $2) },
  ]

  // MARK: Over dimensions

  private typealias Reduction =
    @Sendable (OpaquePointer?, Int, UnsafePointer<Int64>?, Bool, Results?) -> dsc_status
  private typealias Extreme = @Sendable (OpaquePointer?, Int64, Bool, Results?, Results?) -> dsc_status
  private typealias Place = @Sendable (OpaquePointer?, UnsafePointer<Int64>?, Bool, Results?) -> dsc_status

  private static let reductionFunctions: [String: Reduction] = [
    "sum": dsc_sum, "mean": dsc_mean, "logsumexp": dsc_logsumexp, "amax": dsc_amax, "amin": dsc_amin,
    "any": dsc_any, "all": dsc_all,
  ]
  private static let reductions: [String: Call] = reductionFunctions.mapValues { f in
    { x, options, result in
      let dimensions = options.dimensions!
      return f(x[0], dimensions.count, dimensions, options.keeps!, result)
    }
  }

  private static let extremeFunctions: [String: Extreme] = ["max": dsc_max, "min": dsc_min]
  private static let extremes: [String: Call] = extremeFunctions.mapValues { f in
    { x, options, result in f(x[0], options.dimension!, options.keeps!, result, result + 1) }
  }

  private static let placeFunctions: [String: Place] = ["argmax": dsc_argmax, "argmin": dsc_argmin]
  private static let places: [String: Call] = placeFunctions.mapValues { f in
    { x, options, result in
      guard let dimension = options.dimension else { return f(x[0], nil, options.keeps!, result) }
      let one: [Int64] = [dimension]
      return f(x[0], one, options.keeps!, result)
    }
  }

  private static let norms: [String: Call] = [
    "norm": { dsc_norm($0[0], Double($1.order!)!, $1.dimensions!.count, $1.dimensions!, $1.keeps!, $2) },
    "var": { dsc_var($0[0], $1.correction!, $1.dimensions!.count, $1.dimensions!, $1.keeps!, $2) },
    "std": { dsc_std($0[0], $1.correction!, $1.dimensions!.count, $1.dimensions!, $1.keeps!, $2) },
    "softmax": { dsc_softmax($0[0], $1.dimension!, $2) },
    "log_softmax": { dsc_log_softmax($0[0], $1.dimension!, $2) },
  ]

  private static let normalizations: [String: Call] = [
    "batch_norm": { normalize($0, $1, $2, dsc_batch_norm) },
    "instance_norm": { normalize($0, $1, $2, dsc_instance_norm) },
  ]

  private static func normalize(
    _ x: [OpaquePointer?], _ options: OperationCase.Options, _ result: Results,
    _ function: (
      OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?,
      UnsafePointer<dsc_batch_norm_options>?, Results?
    ) -> dsc_status
  ) -> dsc_status {
    var own = dsc_batch_norm_options(
      training: options.training!, momentum: options.momentum!, eps: options.eps!)
    // Weight and bias, if they are there, come before the running numbers.
    let parameters = options.affine! ? Array(x[1...2]) : [nil, nil]
    let running = x.count > (options.affine! ? 3 : 1) ? Array(x.suffix(2)) : [nil, nil]
    return function(x[0], parameters[0], parameters[1], running[0], running[1], &own, result)
  }
  private static let attention: [String: Call] = [
    "scaled_dot_product_attention": { x, options, result in
      var own = dsc_attention_options(
        is_causal: options.causal!, enable_gqa: options.gqa!, dropout_p: 0, scale: options.scale ?? .nan)
      return dsc_scaled_dot_product_attention(x[0], x[1], x[2], x.count > 3 ? x[3] : nil, &own, result)
    }
  ]

  // MARK: Convolutions

  private static func convolution(_ options: OperationCase.Options) -> dsc_convolution_options {
    var c = dsc_convolution_options()
    c.rank = options.kernel!.count
    c.groups = options.groups!
    withUnsafeMutableBytes(of: &c.stride) { fill($0, options.stride!) }
    withUnsafeMutableBytes(of: &c.dilation) { fill($0, options.dilation!) }
    withUnsafeMutableBytes(of: &c.padding) { fill($0, options.before!) }
    withUnsafeMutableBytes(of: &c.padding_after) { fill($0, options.after!) }
    return c
  }

  private static func fill(_ numbers: UnsafeMutableRawBufferPointer, _ values: [Int]) {
    for (place, value) in zip(numbers.bindMemory(to: Int.self).indices, values) {
      numbers.bindMemory(to: Int.self)[place] = value
    }
  }

  private static func activation(_ options: OperationCase.Options) -> dsc_activation {
    switch options.activation {
    case "relu": DSC_ACTIVATION_RELU
    case "sigmoid": DSC_ACTIVATION_SIGMOID
    case "tanh": DSC_ACTIVATION_TANH
    default: DSC_ACTIVATION_NONE
    }
  }

  private static let convolutions: [String: Call] = [
    "convolution": { x, options, result in
      var own = convolution(options)
      return dsc_convolution(x[0], x[1], x.count > 2 ? x[2] : nil, &own, activation(options), result)
    },
    "convolution_transpose": { x, options, result in
      var own = convolution(options)
      return dsc_convolution_transpose(x[0], x[1], x.count > 2 ? x[2] : nil, &own, result)
    },
    "convolution_weight": { x, options, result in
      var own = convolution(options)
      return dsc_convolution_weight(x[0], x[1], options.kernel!, &own, result)
    },
  ]

  // MARK: Recurrent

  /// The inputs that are there, in order, by what they are.
  private struct RecurrentInputs {
    var h0, c0, lengths: OpaquePointer?
    var weights = dsc_recurrent_weights()

    init(_ x: [OpaquePointer?], _ options: OperationCase.Options, hasCells: Bool) {
      var rest = x.dropFirst()
      func next(_ isThere: Bool) -> OpaquePointer? { isThere ? rest.removeFirst() : nil }
      h0 = next(options.states!)
      c0 = next(options.states! && hasCells)
      weights.w_ih = next(true)
      weights.w_hh = next(true)
      weights.b_ih = next(options.biases![0])
      weights.b_hh = next(options.biases![1])
      weights.w_hr = next(options.projects!)
      lengths = next(options.lengths!)
    }
  }

  private static let recurrent: [String: Call] = [
    "rnn": { x, options, result in
      var all = RecurrentInputs(x, options, hasCells: false)
      return dsc_rnn(x[0], all.h0, &all.weights, options.relu!, all.lengths, options.reverse!, result)
    },
    "gru": { x, options, result in
      var all = RecurrentInputs(x, options, hasCells: false)
      return dsc_gru(x[0], all.h0, &all.weights, all.lengths, options.reverse!, result)
    },
    "lstm": { x, options, result in
      var all = RecurrentInputs(x, options, hasCells: true)
      return dsc_lstm(
        x[0], all.h0, all.c0, &all.weights, all.lengths, options.reverse!, result, result + 1)
    },
  ]

  // MARK: Joining, indexing, order

  private static let paddings = [
    "constant": DSC_PAD_CONSTANT, "reflect": DSC_PAD_REFLECT, "replicate": DSC_PAD_REPLICATE,
    "circular": DSC_PAD_CIRCULAR,
  ]

  private static let indexing: [String: Call] = [
    "cat": { dsc_cat($0.count, $0, $1.dimension!, $2) },
    "stack": { dsc_stack($0.count, $0, $1.dimension!, $2) },
    "split": { dsc_split($0[0], $1.shape!.count, $1.shape!, $1.dimension!, $2) },
    "gather": { dsc_gather($0[0], $1.dimension!, $0[1], $2) },
    "scatter_add": { dsc_scatter_add($0[0], $1.dimension!, $0[1], $0[2], $2) },
    "index_select": { dsc_index_select($0[0], $1.dimension!, $0[1], $2) },
    "index_add": { dsc_index_add($0[0], $1.dimension!, $0[1], $0[2], $2) },
    "one_hot": { dsc_one_hot($0[0], $1.classes!, $2) },
    "pad": { dsc_pad($0[0], $1.amounts!.count / 2, $1.amounts!, paddings[$1.mode!]!, $1.value ?? 0, $2) },
    "cumsum": { dsc_cumsum($0[0], $1.dimension!, $2) },
    "sort": { dsc_sort($0[0], $1.dimension!, $1.descending!, $2, $2 + 1) },
    "argsort": { dsc_argsort($0[0], $1.dimension!, $1.descending!, $2) },
    "topk": { dsc_topk($0[0], $1.k!, $1.dimension!, $1.largest!, $2, $2 + 1) },
    "flip": { dsc_flip($0[0], $1.dimensions!.count, $1.dimensions!, $2) },
    "tile": { dsc_tile($0[0], $1.shape!.count, $1.shape!, $2) },
    "tril": { dsc_tril($0[0], $1.diagonal!, $2) },
    "triu": { dsc_triu($0[0], $1.diagonal!, $2) },
  ]
}

extension LectureItem {
  static let course = list(
    .course,
    [
      (.formula, "Gradient descent on a sum of losses", ["course-accumulation"]),
      (.program, "The straightforward loop", ["course-accumulation"]),
      (.program, "Summing through mini-batches: the same gradient in less memory", ["course-accumulation"]),
      (.claim, "A partial sum is an unbiased estimate, of greater variance", ["course-partial-sums"]),
      (.claim, "M samples replicated K times: M of them and K η do as well", ["course-replicated"]),
      (.formula, "Stochastic and mini-batch stochastic gradient descent", ["course-minibatch"]),
      (.claim, "The stochastic behaviour helps evade local minima", ["course-evades"]),
      (.program, "The exact loop turned into mini-batch descent", ["course-minibatch"]),
      (.figure, "The limitation of gradient descent: one step size for all curvatures", ["course-curvature"]),
      (.formula, "Momentum u = γ u + η g", ["course-momentum"]),
      (.claim, "It goes through local barriers", ["article-local-minimum"]),
      (.claim, "It accelerates to η / (1 - γ) g", ["course-momentum"]),
      (.claim, "It dampens oscillations in narrow valleys", ["course-momentum"]),
      (.figure, "η = 0.05, γ = 0", ["course-momentum"]),
      (.figure, "η = 0.05, γ = 0.5", ["course-momentum"]),
      (.formula, "Adam, on each coordinate separately", ["adam-formula"]),
      (.figure, "SGD with η = 0.05", ["course-adam"]),
      (.figure, "Adam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, η = 0.1", ["course-adam"]),
    ])
}

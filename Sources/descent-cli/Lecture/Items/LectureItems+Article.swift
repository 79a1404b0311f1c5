extension LectureItem {
  static let article = list(
    .article,
    [
      (.table, "Eq. 1: five samples on the line", ["article-data"]),
      (.formula, "Eq. 2, 3: linear regression and its squared error", ["article-data", "article-plain"]),
      (.formula, "Eq. 4: the gradients by w and b", ["article-plain"]),
      (.formula, "Eq. 5, 6: the iteration of stochastic gradient descent", ["article-plain"]),
      (.program, "The data set and the model", ["article-data", "article-plain"]),
      (
        .table, "The program's printout: loss, gradients, new w and b of each step, PyTorch's and by hand",
        ["article-plain"]
      ),
      (.number, "0.9559 and 1.4754 after five steps", ["article-plain"]),
      (.formula, "Eq. 7 to 11: the loss with an L2 penalty", ["article-weight-decay"]),
      (.formula, "Eq. 12: the iteration with weight decay", ["article-weight-decay"]),
      (.claim, "Weight decay in SGD is equivalent to the L2 penalty", ["article-weight-decay"]),
      (.number, "0.6061 and 0.9894 with weight decay 0.5", ["article-weight-decay"]),
      (.formula, "Eq. 13 to 15: momentum as an exponential average", ["article-momentum"]),
      (.claim, "PyTorch's momentum is not that average", ["article-momentum"]),
      (.formula, "Eq. 16, 17: PyTorch's momentum, with dampening", ["article-momentum", "article-source"]),
      (.figure, "A ball that rolls down a slope: the next move depends on the history", ["lab-acceleration"]),
      (.claim, "Momentum can help a model skip out of a local minimum", ["article-local-minimum"]),
      (.number, "5.5695 and 3.4704 with momentum 0.9", ["article-momentum"]),
      (.program, "The final form, with momentum and weight decay: both programs agree", ["article-final"]),
      (.program, "The listing of SGD's functional form, with Nesterov's momentum", ["article-source"]),
    ])
}

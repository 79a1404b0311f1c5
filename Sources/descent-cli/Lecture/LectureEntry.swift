/// The documents that the lectures consist of, in their order.
enum LectureDocument: String, CaseIterable {
  case article, slides, notebook, lab, course

  /// What it is.
  var title: String {
    switch self {
    case .article: "torch.optim.SGD(), an article with a linear regression worked by hand"
    case .slides: "Stochastic Gradient Descent, slides of COMP4551"
    case .notebook: "Stochastic gradient methods, a notebook after Dive into Deep Learning's chapter"
    case .lab: "Lab 7: Optimization, slides"
    case .course: "EE-559 Deep learning, 5.2: Stochastic gradient descent, slides"
    }
  }
}

/// A figure, a table, a claim or an exercise of the documents, and how Descent reproduces it.
struct LectureEntry {
  /// Files that are not part of Descent.
  enum Data: String {
    case fashionMNIST = "fashion-mnist"
    case airfoil
  }

  /// What the command and the files call it.
  let name: String
  let document: LectureDocument
  /// What the document shows.
  let title: String
  /// The data that it needs.
  var data: Data?
  /// Whether the document leaves it to the reader.
  var isExercise = false
  /// Computes and draws.
  let run: (LectureSheet) throws -> Void

  /// All of them, in the documents' order.
  static var all: [LectureEntry] {
    let every =
      article + losses + definitions + paths + sampling + grids + traces + convex + airfoil + rates + networks
      + course
      + exercises
    return LectureDocument.allCases.flatMap { document in every.filter { $0.document == document } }
  }
}

import Foundation

/// The data sets that are known by name.
public enum StandardDataset: String, CaseIterable, Sendable {
  /// Drawn by Descent itself.
  case glyphs
  /// Zalando's articles of clothing, 60,000 + 10,000 images of 28 x 28. MIT licence.
  case fashionMNIST = "fashion-mnist"
  /// Handwritten digits, 60,000 + 10,000 images of 28 x 28. CC BY-SA 3.0.
  case mnist

  /// The data set of a name.
  ///
  /// - Throws: `DescentError` that lists the names there are.
  public static func named(_ name: String) throws(DescentError) -> StandardDataset {
    guard let found = StandardDataset(rawValue: name) else {
      throw .unknown("data set", name, among: allCases.map(\.rawValue))
    }
    return found
  }

  /// The classes' names.
  public var classNames: [String] {
    switch self {
    case .glyphs: Glyphs.classNames
    case .fashionMNIST:
      [
        "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
        "ankle boot",
      ]
    case .mnist: (0...9).map(String.init)
    }
  }

  /// Whether the files are there: in `dataDirectory`, or without one in the usual places. Nothing is downloaded.
  public func isPresent(dataDirectory: String? = nil) -> Bool {
    self == .glyphs || DatasetFiles(self).find(dataDirectory) != nil
  }

  /// Training and test images.
  ///
  /// Files are looked for in `dataDirectory`; without one, in `$DESCENT_DATA_DIR` and `~/.cache/descent`, there
  /// and in a folder of the data set's name; else they are downloaded into the latter, from the official address
  /// or from `$DESCENT_MIRROR`, and checked. A mirror has a folder for each data set, with the official files:
  /// `$DESCENT_MIRROR/mnist/train-images-idx3-ubyte.gz`. A server that falls silent is waited for 30 seconds, or
  /// `$DESCENT_DOWNLOAD_TIMEOUT`.
  ///
  /// - Throws: `DescentError` that says which files are missing and where they would go.
  public func load(
    dataDirectory: String? = nil
  ) throws(DescentError) -> (training: ImageDataset, test: ImageDataset) {
    if self == .glyphs { return Glyphs.standard() }
    let folder = try DatasetFiles(self).locate(dataDirectory)
    func read(_ kind: String) throws(DescentError) -> ImageDataset {
      try ImageDataset(
        images: DatasetFiles.path(folder, "\(kind)-images-idx3-ubyte"),
        labels: DatasetFiles.path(folder, "\(kind)-labels-idx1-ubyte"), classNames: classNames)
    }
    let (training, test) = (try read("train"), try read("t10k"))
    guard training.height == test.height && training.width == test.width else {
      throw DescentError(
        .mismatch,
        "\(folder): the training images are of \(training.height) x \(training.width), the test images of \(test.height) x \(test.width)"
      )
    }
    return (training, test)
  }
}

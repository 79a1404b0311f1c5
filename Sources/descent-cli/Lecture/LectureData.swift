import Descent

/// The data of entries that need more than Descent has: read once.
final class LectureData {
  private let directory: String?
  private var fashion: (training: ImageDataset, test: ImageDataset)?
  private var airfoil: AirfoilChapter?

  /// Data in a folder, as `Airfoil.load` looks for it.
  init(directory: String?) { self.directory = directory }

  /// Whether the files are there; nothing is downloaded.
  func has(_ data: LectureEntry.Data) -> Bool {
    switch data {
    case .fashionMNIST: StandardDataset.fashionMNIST.isPresent(dataDirectory: directory)
    case .airfoil: Airfoil.isPresent(dataDirectory: directory)
    }
  }

  /// Fashion-MNIST, or the first images of it.
  func fashionMNIST(
    _ trainingCount: Int? = nil, test testCount: Int? = nil
  ) throws(DescentError) -> (training: Subset<ImageDataset>, test: Subset<ImageDataset>) {
    if fashion == nil { fashion = try StandardDataset.fashionMNIST.load(dataDirectory: directory) }
    let (training, test) = fashion!
    return (
      try training.subset(0..<min(trainingCount ?? .max, training.count)),
      try test.subset(0..<min(testCount ?? .max, test.count))
    )
  }

  /// The notebook's use of the airfoil data.
  func airfoilChapter() throws(DescentError) -> AirfoilChapter {
    if airfoil == nil { airfoil = try AirfoilChapter(dataDirectory: directory) }
    return airfoil!
  }
}

import Descent
import Foundation

/// Files to try the command on: `data` (a small data set), `run` (a model trained on it), `images` (an IDX file),
/// `table.csv` and `airfoil_self_noise.dat`. Made once; every test has its copy.
enum SmallRun {
  private static let folder: String = {
    let folder = NSTemporaryDirectory() + "descent-\(UUID().uuidString)"
    do {
      for name in ["data", "airfoil"] { try Folder.make("\(folder)/\(name)") }
      try writeSmallDataset("\(folder)/data", training: 64, test: 16)
      let images = Glyphs.images(count: 5, seed: 2)
      try IDXFile(shape: [5, 28, 28], bytes: images.pixels).write(to: "\(folder)/images")
      try AtomicFile.write("x,y\n1,2\n2,3\n3,5\n", to: "\(folder)/table.csv")
      try AtomicFile.write(
        "800 0 0.3048 71.3 0.002 126\n1000 0 1 2 3 4\n", to: "\(folder)/airfoil/airfoil_self_noise.dat")
      let train = try Command(train.components(separatedBy: " ") + ["--out", "run"], folder: folder)
      guard train.status == 0 else { fatalError(train.errors) }
    } catch {
      fatalError("\(error)")
    }
    atexit { try? FileManager.default.removeItem(atPath: SmallRun.folder) }
    return folder
  }()

  /// What made `run`.
  static let train = "train --dataset mnist --data-dir data --model mlp:8 --epochs 1"

  /// A copy of the folder for one test, removed afterwards.
  static func withCopy<Result>(_ body: (String) throws -> Result) throws -> Result {
    try withTemporaryFolder { parent in
      try FileManager.default.copyItem(atPath: folder, toPath: "\(parent)/copy")
      return try body("\(parent)/copy")
    }
  }
}

import Foundation

/// NASA's measurements of the noise of airfoils: 1503 samples. CC BY 4.0, from the UCI Machine Learning Repository.
public enum Airfoil {
  /// What the inputs' columns are: frequency in Hz, angle of attack in degrees, chord length in m, free-stream velocity in
  /// m/s, displacement thickness of the suction side in m.
  public static let featureNames = ["frequency", "angle", "chord", "velocity", "thickness"]
  /// What the targets are: scaled sound pressure level in dB.
  public static let targetName = "sound-level"

  private static let file = DatasetFiles.File(
    name: "airfoil_self_noise.dat", suffix: "",
    sha256: "74c75fd71783f1e6b71f8a622b993dc592897a97cd689c5090a07147a1b097b3")

  private static var files: DatasetFiles {
    DatasetFiles(
      "airfoil", address: "https://archive.ics.uci.edu/ml/machine-learning-databases/00291/", [file])
  }

  /// Whether the file is there: in `dataDirectory`, or without one in the usual places. Nothing is downloaded.
  public static func isPresent(dataDirectory: String? = nil) -> Bool { files.find(dataDirectory) != nil }

  /// Inputs [1503, 5] and targets [1503], in float64, as they were measured.
  ///
  /// `airfoil_self_noise.dat` is looked for in `dataDirectory`; without one, in `$DESCENT_DATA_DIR` and
  /// `~/.cache/descent`, there and in a folder `airfoil`; else it is downloaded and checked.
  ///
  /// - Throws: `DescentError` that says where the file should be, or what is wrong with it.
  public static func load(
    dataDirectory: String? = nil
  ) throws(DescentError) -> (inputs: Tensor, targets: Tensor) {
    let path = "\(try files.locate(dataDirectory))/\(file.name)"
    let text = try InputFile.text(path)
    var (inputs, targets): ([Double], [Double]) = ([], [])
    for (number, line) in text.split(whereSeparator: \.isNewline).enumerated() {
      let numbers = line.split(whereSeparator: \.isWhitespace).map { Double($0) ?? .nan }
      guard numbers.count == featureNames.count + 1, numbers.allSatisfy(\.isFinite) else {
        throw DescentError(.format, "\(path), line \(number + 1): '\(line)' is not six numbers")
      }
      inputs += numbers.dropLast()
      targets.append(numbers[featureNames.count])
    }
    guard !targets.isEmpty else { throw DescentError(.format, "\(path): there are no numbers") }
    return (
      Tensor(inputs, shape: [targets.count, featureNames.count], dtype: .float64),
      Tensor(targets, dtype: .float64)
    )
  }
}

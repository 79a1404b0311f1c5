import Descent
import Foundation
import Testing

/// Every format that is read, cut at any byte, with any bit turned, and with any field at its extremes: the file is refused
/// by its name, or what it says is sound. What crashes or hangs ends the tests.
@Suite struct DamagedFileTests {
  /// A format: a sound file, and what reads it. To try another, add a row to `formats`.
  struct Format: Sendable {
    let name: String
    let bytes: @Sendable () throws -> [UInt8]
    /// Whether a file that is cut off must be seen to be: not so where each line stands for itself.
    var endIsKnown = true
    /// Reads a file; throws what the reader throws, and nil where what it gives does not hang together.
    let read: @Sendable (_ path: String) throws -> Bool
  }

  static let formats = [
    Format(name: "images.idx", bytes: { images }, read: readImages),
    Format(name: "images.idx.gz", bytes: { try gzipped(images) }, read: readImages),
    Format(name: "numbers.idx", bytes: { [0, 0, 0x0E, 2, 0, 0, 0, 1, 0, 0, 0, 2] + images.suffix(16) }) {
      path in
      let file = try IDXFile(path: path)
      return file.tensor.count == file.shape.reduce(1, *)
    },
    Format(name: "labels.idx", bytes: { [0, 0, 8, 1, 0, 0, 0, 2, 7, 3] }) { path in
      let folder = (path as NSString).deletingLastPathComponent
      try Data(images).write(to: URL(fileURLWithPath: "\(folder)/fine"))
      let names = (0..<10).map(String.init)
      return try ImageDataset(images: "\(folder)/fine", labels: path, classNames: names).count == 2
    },
    Format(
      name: "table.csv", bytes: { Array("x;\"a \"\"b\"\", c\";y\r\n1;2;3\n4;\"5\n\";6".utf8) },
      endIsKnown: false
    ) { path in
      let file = try CSVFile(path: path)
      return !file.rows.isEmpty && file.lines.count == file.rows.count
        && file.rows.allSatisfy { $0.count == file.names.count }
    },
    Format(name: "tensors.safetensors", bytes: tensors) { path in
      try SafeTensors.read(path).tensors.values.allSatisfy { $0.doubles.count == $0.count }
    },
    Format(
      name: "airfoil_self_noise.dat",
      bytes: { Array("800\t0\t0.3048\t71.3\t0.002\t126.2\n1000 0 1 2 3 4".utf8) },
      endIsKnown: false
    ) { path in
      let data = try Airfoil.load(dataDirectory: (path as NSString).deletingLastPathComponent)
      return data.inputs.shape == [data.targets.count, 5] && data.inputs.doubles.allSatisfy(\.isFinite)
    },
  ]

  // MARK: The files

  private static let images: [UInt8] =
    [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + (0..<12).map { UInt8($0 * 21) }

  private static func readImages(_ path: String) throws -> Bool {
    let data = try ImageDataset(images: path, labels: nil, classNames: ["one"])
    let batch = data.batch(ArraySlice(0..<min(data.count, 3)))
    return batch.inputs.count == batch.count * data.height * data.width
  }

  @Sendable private static func tensors() throws -> [UInt8] {
    let values: [String: Tensor] = [
      "a.weight": Tensor([1.5, -2, .infinity, 1e-40], shape: [2, 2], dtype: .float32),
      "empty": .zeros([0, 3]),
      "counts": Tensor([Int64.min, 7]),
    ]
    return try withTemporaryFolder { folder in
      try SafeTensors.write(values, to: "\(folder)/file")
      return Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/file")))
    }
  }

  private static func gzipped(_ bytes: [UInt8]) throws -> [UInt8] {
    try withTemporaryFolder { folder in
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/file"))
      return Array(try #require(Program.run("gzip", ["-nc", "\(folder)/file"])).output)
    }
  }

  // MARK: The damage

  /// Writes a damaged file and reads it.
  ///
  /// - Returns: whether it was refused.
  private func isRefused(_ format: Format, _ bytes: [UInt8], _ damage: String, in folder: String) throws
    -> Bool
  {
    let path = "\(folder)/\(format.name)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    do {
      #expect(try format.read(path), "\(format.name), \(damage)")
      return false
    } catch let error as DescentError {
      #expect(error.message.contains(path), "\(format.name), \(damage): \(error.message)")
      return true
    }
  }

  @Test(arguments: formats.indices) func soundFilesAreRead(_ index: Int) throws {
    let format = Self.formats[index]
    let refused = try withTemporaryFolder { try isRefused(format, format.bytes(), "sound", in: $0) }
    #expect(!refused)
  }

  @Test(arguments: formats.indices) func cutAtEveryByte(_ index: Int) throws {
    let format = Self.formats[index]
    let sound = try format.bytes()
    try withTemporaryFolder { folder in
      for length in sound.indices {
        let refused = try isRefused(
          format, Array(sound.prefix(length)), "cut at \(length)", in: folder)
        #expect(refused || !format.endIsKnown, "\(format.name), cut at \(length)")
      }
    }
  }

  @Test(arguments: formats.indices) func everyBitTurned(_ index: Int) throws {
    let format = Self.formats[index]
    let sound = try format.bytes()
    try withTemporaryFolder { folder in
      for place in sound.indices {
        for bit in 0..<8 {
          var bytes = sound
          bytes[place] ^= 1 << bit
          _ = try isRefused(format, bytes, "bit \(bit) of byte \(place)", in: folder)
        }
      }
    }
  }

  /// Two, four and eight bytes, as numbers of either order: the largest, the smallest, those around 0.
  @Test(arguments: formats.indices) func everyFieldAtItsExtremes(_ index: Int) throws {
    let format = Self.formats[index]
    let sound = try format.bytes()
    try withTemporaryFolder { folder in
      for width in [2, 4, 8] {
        for (first, others) in [(0x00, 0x00), (0xFF, 0xFF), (0x7F, 0xFF), (0x80, 0x00)] as [(UInt8, UInt8)] {
          let field = [first] + [UInt8](repeating: others, count: width - 1)
          for place in 0..<max(0, sound.count - width) {
            for value in [field, field.reversed()] {
              var bytes = sound
              bytes.replaceSubrange(place..<place + width, with: value)
              _ = try isRefused(format, bytes, "\(value) at \(place)", in: folder)
            }
          }
        }
      }
    }
  }

  /// Bytes put in, left out and exchanged at random, several at once.
  @Test(arguments: formats.indices) func randomDamage(_ index: Int) throws {
    let format = Self.formats[index]
    let sound = try format.bytes()
    let generator = Generator(seed: 11)
    func draw(_ count: Int) -> Int { Int(generator.next64() % UInt64(count)) }
    try withTemporaryFolder { folder in
      for trial in 0..<2000 {
        var bytes = sound
        for _ in 0...draw(4) where !bytes.isEmpty {
          let place = draw(bytes.count)
          switch draw(4) {
          case 0: bytes.remove(at: place)
          case 1: bytes.insert(UInt8(draw(256)), at: place)
          case 2: bytes[place] = bytes[draw(bytes.count)]
          default: bytes.replaceSubrange(place..., with: bytes.prefix(draw(bytes.count)))
          }
        }
        _ = try isRefused(format, bytes, "random damage \(trial): \(bytes)", in: folder)
      }
    }
  }

  // MARK: Sizes

  /// A small file that swells, and one that promises more than any file of its size can hold.
  @Test func bombsAreNotExpanded() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/bomb.gz"
      for (header, mention) in [
        ([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3], "longer than its header"),
        ([0, 0, 8, 3, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 28, 0, 0, 0, 28], "cut off: "),
      ] as [([UInt8], String)] {
        let bomb = try Self.gzipped(header + [UInt8](repeating: 0, count: 1 << 24))
        #expect(bomb.count < 1 << 16)
        try Data(bomb).write(to: URL(fileURLWithPath: path))
        let error = try #require(throws: DescentError.self) {
          try ImageDataset(images: path, labels: nil, classNames: ["one"])
        }
        #expect(error.message.contains(path) && error.message.contains(mention), "\(error.message)")
      }
    }
  }

  @Test func headersThatAskForMoreThanMemory() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file.idx"
      // Only a pipe hides how short it is.
      try Data([0, 0, 8, 3, 0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]).write(
        to: URL(fileURLWithPath: path))
      let cat = Process()
      let pipe = Pipe()
      (cat.executableURL, cat.arguments) = (URL(fileURLWithPath: "/usr/bin/env"), ["cat", path])
      cat.standardOutput = pipe
      try cat.run()
      let error = try #require(throws: DescentError.self) {
        try IDXFile(path: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
      }
      cat.waitUntilExit()
      #expect(
        error.message.contains("memory does not hold") || error.message.contains("cut off"),
        "\(error.message)")
    }
  }
}

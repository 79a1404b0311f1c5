import Descent
import Foundation
import Testing

/// IDX files, loaders, glyphs, and data sets by name.
@Suite struct DataTests {
  private func write(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  // MARK: IDX

  private static let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 51, 255, 1, 2, 3]
  private static let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 7, 3]

  @Test func readsImagesAndLabels() throws {
    try withTemporaryFolder { folder in
      try write(Self.images, "\(folder)/images")
      try write(Self.labels, "\(folder)/labels")
      let data = try ImageDataset(
        images: "\(folder)/images", labels: "\(folder)/labels", classNames: (0..<10).map(String.init))
      let batch = data.batch([1, 0])
      #expect(batch.inputs.shape == [2, 1, 1, 3])
      let pixels: [Float] = [1, 2, 3, 0, 51, 255]
      #expect(batch.inputs.scalars(as: Float.self) == pixels.map { $0 / 255 })
      #expect(batch.targets.scalars(as: Int64.self) == [3, 7])
    }
  }

  @Test func gzippedFilesToo() throws {
    try withTemporaryFolder { folder in
      try write(Self.images, "\(folder)/images")
      let gzip = Process()
      gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      gzip.arguments = ["gzip", "-k", "\(folder)/images"]
      try gzip.run()
      gzip.waitUntilExit()
      let (plain, zipped) = (try IDXFile(path: "\(folder)/images"), try IDXFile(path: "\(folder)/images.gz"))
      #expect(plain.bytes == zipped.bytes && plain.shape == [2, 1, 3])
    }
  }

  @Test func everyElementType() throws {
    let cases: [(UInt8, [UInt8], [Double])] = [
      (0x08, [200, 1], [200, 1]), (0x09, [0xFF, 1], [-1, 1]), (0x0B, [0xFF, 0xFE, 1, 0], [-2, 256]),
      (0x0C, [0, 0, 1, 0, 0xFF, 0xFF, 0xFF, 0xFF], [256, -1]),
      (0x0D, [0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0], [1, -2]),
      (0x0E, [0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0], [1, -2]),
    ]
    try withTemporaryFolder { folder in
      for (code, bytes, expected) in cases {
        try write([0, 0, code, 1, 0, 0, 0, 2] + bytes, "\(folder)/file")
        #expect(try IDXFile(path: "\(folder)/file").tensor.doubles == expected)
      }
    }
  }

  @Test func badFilesAreNamed() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/images"
      func refused(_ bytes: [UInt8], _ mention: String) throws {
        try write(bytes, path)
        let error = try #require(throws: DescentError.self) { try IDXFile(path: path) }
        #expect(error.message.contains(mention), "\(error.message)")
      }
      #expect(throws: DescentError.self) { try IDXFile(path: "\(folder)/none") }
      try refused(Self.images + [0], "longer")
      try refused([1, 0, 8, 1, 0, 0, 0, 0], "not an IDX file")
      try refused([0, 0, 7, 1, 0, 0, 0, 0], "not an IDX file")
      try refused([0, 0, 8, 0], "0 dimensions")
      try refused([0, 0, 8, 3] + [UInt8](repeating: 0xFF, count: 12), "not to be believed")
      try refused([0, 0, 8, 1, 0x7F, 0xFF, 0xFF, 0xFF, 1], "cut off")
    }
  }

  @Test func filesThatDoNotGoTogether() throws {
    try withTemporaryFolder { folder in
      try write(Self.images, "\(folder)/images")
      func refused(_ labels: [UInt8], _ mention: String) throws {
        try write(labels, "\(folder)/labels")
        let error = try #require(throws: DescentError.self) {
          try ImageDataset(
            images: "\(folder)/images", labels: "\(folder)/labels", classNames: (0..<10).map(String.init))
        }
        #expect(error.code == .format && error.message.contains(mention), "\(error.message)")
      }
      try refused([0, 0, 8, 1, 0, 0, 0, 2, 7, 10], "label 10 of image 1")
      try refused([0, 0, 8, 1, 0, 0, 0, 1, 7], "1 labels")
      try refused(Self.images, "must be uint8 [count]")
      try write(Self.labels, "\(folder)/images")
      try refused(Self.labels, "must be uint8 [count, height, width]")
    }
  }

  // MARK: Loaders

  private let numbers = TensorDataset(inputs: .arange(10), targets: .arange(10))

  @Test func batchesInOrder() throws {
    let loader = try DataLoader(numbers, batchSize: 4)
    #expect(loader.map { $0.inputs.doubles } == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
    #expect(loader.batchCount == 3)
    let whole = try DataLoader(numbers, batchSize: 4, dropLast: true)
    #expect(whole.map(\.count) == [4, 4] && whole.batchCount == 2)
    #expect(try DataLoader(numbers, batchSize: 20).map(\.count) == [10])
  }

  @Test(arguments: [0, -1]) func batchSizesBelowOne(_ size: Int) throws {
    let error = try #require(throws: DescentError.self) { try DataLoader(numbers, batchSize: size) }
    #expect(error.message.contains("\(size)"))
  }

  @Test func shufflingKeepsPairsTogether() throws {
    let loader = try DataLoader(numbers, batchSize: 3, shuffle: true, seed: 1)
    let first = loader.flatMap { $0.inputs.doubles }
    #expect(loader.allSatisfy { $0.inputs.doubles == $0.targets.doubles })
    #expect(first.sorted() == (0..<10).map(Double.init) && first != first.sorted())
    #expect(
      try DataLoader(numbers, batchSize: 3, shuffle: true, seed: 1).flatMap { $0.inputs.doubles } == first)
  }

  // MARK: Glyphs

  @Test func glyphsAreReproducible() {
    let all = Glyphs.images(count: 600, seed: 3)
    let later = Glyphs.images(count: 100, seed: 3, first: 500)
    #expect(
      Array(all.pixels.suffix(100 * 784)) == later.pixels && Array(all.labels.suffix(100)) == later.labels)
    #expect(Glyphs.images(count: 600, seed: 4).pixels != all.pixels)
    #expect(Set(all.labels) == Set(0..<10))
    let mean = all.pixels.reduce(0) { $0 + Int($1) } / all.pixels.count
    #expect(15...80 ~= mean)
  }

  // MARK: By name

  @Test func unknownNamesListTheKnown() throws {
    let error = try #require(throws: DescentError.self) { try StandardDataset.named("cifar") }
    #expect(["cifar", "glyphs", "fashion-mnist", "mnist"].allSatisfy(error.message.contains))
  }

  @Test func aFolderWithoutTheFilesIsNamed() throws {
    try withTemporaryFolder { folder in
      let error = try #require(throws: DescentError.self) {
        try StandardDataset.mnist.load(dataDirectory: folder)
      }
      #expect(
        [folder, "train-images-idx3-ubyte.gz", "mnist"].allSatisfy(error.message.contains), "\(error.message)"
      )
    }
  }
}

import Descent
import Foundation
import Testing

/// The safetensors format: round trips, and every way a file can be damaged.
@Suite struct SafeTensorsTests {
  private let tensors: [String: Tensor] = [
    "a.weight": Tensor([1.5, -2, .infinity, 1e-40], shape: [2, 2], dtype: .float32),
    "scalar": Tensor(0.1, dtype: .float64), "empty": .zeros([0, 3]), "counts": Tensor([Int64.min, 7]),
    "bytes": Tensor([UInt8(0), 255]), "flags": Tensor([true, false, true]),
  ]

  @Test func roundTrip() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file.safetensors"
      try SafeTensors.write(tensors, metadata: ["note": "ü \"quoted\""], to: path)
      let (read, metadata) = try SafeTensors.read(path)
      #expect(metadata["note"] == "ü \"quoted\"")
      #expect(Set(read.keys) == Set(tensors.keys))
      for (name, tensor) in tensors {
        let copy = try #require(read[name])
        #expect(copy.shape == tensor.shape && copy.dtype == tensor.dtype && copy.doubles == tensor.doubles)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file.safetensors"])
    }
  }

  @Test func nothingAtAll() throws {
    try withTemporaryFolder { folder in
      try SafeTensors.write([:], to: "\(folder)/file")
      #expect(try SafeTensors.read("\(folder)/file").tensors.isEmpty)
    }
  }

  /// Cut at any byte, the file is refused; with any bit turned, it is refused or reads the same numbers.
  @Test func truncationAndBitFlips() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file"
      try SafeTensors.write(tensors, to: path)
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      func numbers() throws -> [String: [UInt64]] {
        try SafeTensors.read(path).tensors.mapValues { $0.doubles.map(\.bitPattern) }
      }
      let expected = try numbers()
      for length in 0..<whole.count {
        try whole.prefix(length).write(to: URL(fileURLWithPath: path))
        #expect(throws: DescentError.self, "cut at \(length)") { try SafeTensors.read(path) }
      }
      let contents = 8 + Int(whole.prefix(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
      for byte in whole.indices {
        for bit in 0..<8 {
          var flipped = whole
          flipped[byte] ^= 1 << bit
          try flipped.write(to: URL(fileURLWithPath: path))
          if byte >= contents {
            #expect(throws: DescentError.self, "byte \(byte), bit \(bit)") { try SafeTensors.read(path) }
          } else if let read = try? numbers(), Set(read.keys) == Set(expected.keys) {
            // A header bit: a name, a number's spelling; shapes and types must still fit the contents.
            #expect(read.values.map(\.count).sorted() == expected.values.map(\.count).sorted())
          }
        }
      }
    }
  }

  /// A file of this header and contents.
  private func write(_ header: String, _ contents: Data, to path: String) throws {
    var length = UInt64(header.utf8.count).littleEndian
    let data = withUnsafeBytes(of: &length) { Data($0) } + Data(header.utf8) + contents
    try data.write(to: URL(fileURLWithPath: path))
  }

  @Test func headersThatLie() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file"
      func refused(_ header: String, contents: Int = 8) throws {
        try write(header, Data(repeating: 0, count: contents), to: path)
        let error = try #require(throws: DescentError.self, "\(header)") { try SafeTensors.read(path) }
        #expect(error.message.contains(path))
      }
      try refused("[]")
      try refused("{\"a\":1}")
      try refused(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#)
      try refused(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#)
      try refused(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#)
      try refused(#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#)
      try refused(#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#)
      try refused(#"{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,8]}}"#)
      try refused(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,-9223372036854775808]}}"#)
      try refused(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#)
      try refused(#"{"a":{"dtype":"F64","shape":[1152921504606846976],"data_offsets":[0,8]}}"#)
      let twice = #"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
      try refused(#"{"a":\#(twice),"b":\#(twice)}"#)
      try refused(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#)
      try refused(#"{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}"#)
      try refused(#"{"__metadata__":{"a":1}}"#, contents: 0)
    }
  }

  /// All numbers of 16 bits, and more of them than are read at a time.
  @Test func halvesBecomeFloats() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file", all = (0...UInt16.max).map { $0 }
      let bytes = all.withUnsafeBytes { Data($0) }
      try write(
        #"{"f":{"dtype":"F16","shape":[2,32768],"data_offsets":[0,131072]},"#
          + #""b":{"dtype":"BF16","shape":[65536],"data_offsets":[131072,262144]}}"#, bytes + bytes, to: path)
      let tensors = try SafeTensors.read(path).tensors
      let (f, b) = (try #require(tensors["f"]), try #require(tensors["b"]))
      #expect(f.dtype == .float32 && f.shape == [2, 32768] && b.dtype == .float32 && b.shape == [65536])
      #expect(zip(b.scalars(as: Float.self), all).allSatisfy { $0.bitPattern == UInt32($1) << 16 })
      let wrong = zip(f.scalars(as: Float.self), all).filter { number, bits in
        let expected = Float(Float16(bitPattern: bits))
        return number.bitPattern != expected.bitPattern && !(number.isNaN && expected.isNaN)
      }
      #expect(wrong.isEmpty)
    }
  }

  /// What else people call a model is named as what it is: the first bytes tell.
  @Test(
    arguments: [
      ([0x50, 0x4B, 0x03, 0x04, 0x00, 0x00, 0x08, 0x08], "a PyTorch zip archive"),
      ([0x50, 0x4B, 0x03, 0x04, 0x00, 0x00, 0x00, 0x00], "a PyTorch zip archive"),
      ([0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46], "a Python pickle"),
      ([0x80, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00], "a Python pickle"),
      ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], "not a sound safetensors file"),
    ] as [(start: [UInt8], words: String)])
  func otherFormats(_ file: (start: [UInt8], words: String)) throws {
    let (start, words) = file
    try withTemporaryFolder { folder in
      let path = "\(folder)/model.pt"
      try (Data(start) + Data(repeating: 0x2E, count: 1000)).write(to: URL(fileURLWithPath: path))
      let error = try #require(throws: DescentError.self) { try SafeTensors.read(path) }
      #expect(error.message.contains(path) && error.message.contains(words))
      #expect(error.message.contains("safetensors.torch.save_file") == words.hasPrefix("a "))
    }
  }

  @Test func otherTypesAreNamed() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file"
      try write(#"{"a":{"dtype":"I8","shape":[8],"data_offsets":[0,8]}}"#, Data(count: 8), to: path)
      let error = try #require(throws: DescentError.self) { try SafeTensors.read(path) }
      #expect(error.message.contains("'a' is of type I8") && error.message.contains("BF16"))
      #expect(!error.message.contains("sound"))
    }
  }

  @Test func unwritablePlacesLeaveNothing() throws {
    let error = try #require(throws: DescentError.self) {
      try SafeTensors.write(tensors, to: "/nowhere/at/all")
    }
    #expect(error.code == .file && error.message.contains("/nowhere/at/all"))
  }
}

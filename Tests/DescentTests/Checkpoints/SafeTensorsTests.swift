import Descent
import Foundation
import Testing

/// The safetensors format: round trips, and every way a file can be damaged.
@Suite struct SafeTensorsTests {
  private let tensors: [String: Tensor] = [
    "a.weight": Tensor([1.5, -2, .infinity, 1e-40], shape: [2, 2], dtype: .float32),
    "scalar": Tensor(0.1, dtype: .float64), "empty": .zeros([0, 3]), "counts": Tensor([Int64.min, 7]),
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

  @Test func headersThatLie() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file"
      func refused(_ header: String, contents: Int = 8) throws {
        var length = UInt64(header.utf8.count).littleEndian
        let data =
          withUnsafeBytes(of: &length) { Data($0) } + Data(header.utf8) + Data(repeating: 0, count: contents)
        try data.write(to: URL(fileURLWithPath: path))
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
      try refused(#"{"a":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]}}"#)
      try refused(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#)
      try refused(#"{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}"#)
      try refused(#"{"__metadata__":{"a":1}}"#, contents: 0)
    }
  }

  @Test func unwritablePlacesLeaveNothing() throws {
    let error = try #require(throws: DescentError.self) {
      try SafeTensors.write(tensors, to: "/nowhere/at/all")
    }
    #expect(error.code == .file && error.message.contains("/nowhere/at/all"))
  }
}

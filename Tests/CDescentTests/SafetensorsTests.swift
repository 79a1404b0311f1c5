import CDescent
import Foundation
import Testing

/// Files of tensors: what is written comes back, and nothing else is taken for it.
@Suite struct SafetensorsTests {
  typealias T = TensorHandle
  private static let text = "linear(3, 2) batch_norm1d(2)"

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("descent-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test func networksComeBack() throws {
    try withFolder { folder in
      let path = folder.appendingPathComponent("a.safetensors").path
      for dtype in [DSC_FLOAT32, DSC_FLOAT64] {
        let network = try TestNetwork(Self.text, dtype, seed: 1)
        _ = try network(T(exactNumbers(12, step: 1), [4, 3], dtype))  // moves the running statistics
        #expect(dsc_network_save(network.handle, path) == DSC_OK, "\(T.lastError)")
        let other = try TestNetwork(Self.text, dtype, seed: 2)
        other.optimize("adam", [:])  // parameters that have moved are loaded where they are
        #expect(other.state != network.state)
        #expect(dsc_network_load(other.handle, path) == DSC_OK, "\(T.lastError)")
        #expect(other.state == network.state)
        // Equal contents, equal files; and no other file is left.
        let again = folder.appendingPathComponent("b.safetensors").path
        #expect(dsc_network_save(other.handle, again) == DSC_OK)
        #expect(FileManager.default.contents(atPath: path) == FileManager.default.contents(atPath: again))
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
      for (text, dtype, says) in [
        ("linear(3, 2)", DSC_FLOAT64, "none of the network's"),
        ("linear(3, 2) batch_norm1d(2) linear(2, 1)", DSC_FLOAT64, "has no tensor '2.weight'"),
        ("linear(4, 2) batch_norm1d(2)", DSC_FLOAT64, "'0.weight'"), (Self.text, DSC_FLOAT32, "float64"),
      ] {
        let other = try TestNetwork(text, dtype)
        let before = other.state
        #expect(
          dsc_network_load(other.handle, path) == DSC_ERROR_MISMATCH && T.lastError.contains(says),
          "\(T.lastError)")
        #expect(other.state == before)
      }
    }
  }

  @Test func everyTypeAndShapeComesBack() throws {
    try withFolder { folder in
      let path = folder.appendingPathComponent("a.safetensors").path
      let types = [DSC_FLOAT32, DSC_FLOAT64, DSC_INT64, DSC_UINT8, DSC_BOOL, DSC_FLOAT16, DSC_BFLOAT16]
      var tensors: [(name: String, T)] = types.enumerated().map {
        ("t\($0)", T([1, 0, 1, 1, 0, 1], [2, 3], $1))
      }
      tensors += [
        ("scalar", T(3)), ("empty", T([], [0, 3])), ("\u{e9}\"\\\n", T([.nan, .infinity, -0.0], [3])),
      ]
      let base = T([1, 2, 3, 4, 5, 6], [2, 3])
      tensors.append(("turned", try T.from { dsc_transpose(base.handle, 0, 1, $0) }))
      let names = tensors.map { strdup($0.name)! }
      defer { names.forEach { free($0) } }
      let named = zip(names, tensors).map { dsc_named_tensor(name: $0, tensor: $1.1.handle) }
      let written = withExtendedLifetime(tensors) {
        "key".withCString { key in
          "a value".withCString { value in
            var metadata = dsc_metadata(key: key, value: value)
            return dsc_safetensors_write(path, named.count, named, 1, &metadata)
          }
        }
      }
      #expect(written == DSC_OK, "\(T.lastError)")
      var file: OpaquePointer?
      #expect(dsc_safetensors_read(nil, path, &file) == DSC_OK, "\(T.lastError)")
      #expect(dsc_safetensors_count(file) == tensors.count)
      #expect(dsc_safetensors_metadata(file, "key").map { String(cString: $0) } == "a value")
      #expect(dsc_safetensors_metadata(file, "other") == nil)
      var found: [String: T] = [:]
      for index in 0..<dsc_safetensors_count(file) {
        var tensor = dsc_named_tensor()
        #expect(dsc_safetensors_at(file, index, &tensor) == DSC_OK)
        found[String(cString: tensor.name)] = T(owning: dsc_tensor_retain(tensor.tensor))
      }
      var beyond = dsc_named_tensor()
      #expect(dsc_safetensors_at(file, tensors.count, &beyond) == DSC_ERROR_ARGUMENT)
      dsc_safetensors_destroy(file)
      for (name, tensor) in tensors {  // tensors stay after the file
        let read = try #require(found[name], "\(name)")
        #expect(
          read.dtype == tensor.dtype && read.shape == tensor.shape && read.bytes == tensor.bytes, "\(name)")
      }
      let twice = [named[0], named[0]]
      #expect(
        dsc_safetensors_write(path, 2, twice, 0, nil) == DSC_ERROR_ARGUMENT && T.lastError.contains("t0"))
    }
  }

  /// Cut anywhere, or with any bit of it changed, a file is refused, and the network stays as it was.
  @Test func damagedFilesAreRefused() throws {
    try withFolder { folder in
      let path = folder.appendingPathComponent("a.safetensors").path
      let damaged = folder.appendingPathComponent("damaged").path
      let network = try TestNetwork(Self.text, seed: 1)
      #expect(dsc_network_save(network.handle, path) == DSC_OK)
      let bytes = Array(FileManager.default.contents(atPath: path)!)
      let other = try TestNetwork(Self.text, seed: 2)
      let kept = folder.appendingPathComponent("b.safetensors").path
      #expect(dsc_network_save(other.handle, kept) == DSC_OK)
      let before = other.state
      let data = before.map(\.count).reduce(0, +)
      var accepted: Set<Int> = []
      func load(_ bytes: [UInt8]) -> dsc_status {
        #expect(FileManager.default.createFile(atPath: damaged, contents: Data(bytes)))
        return dsc_network_load(other.handle, damaged)
      }
      for length in 0..<bytes.count {
        let status = load(Array(bytes[..<length]))
        if status != DSC_ERROR_FORMAT { Issue.record("cut at \(length): \(status)") }
      }
      #expect(load(bytes + [0]) == DSC_ERROR_FORMAT)
      for bit in 0..<8 * bytes.count {
        var changed = bytes
        changed[bit / 8] ^= 1 << (bit % 8)
        let status = load(changed)
        if status == DSC_OK {  // the name of the checksum, say: the tensors are right
          #expect(other.state == network.state && bit / 8 < bytes.count - data, "bit \(bit)")
          accepted.insert(bit / 8)
          #expect(dsc_network_load(other.handle, kept) == DSC_OK)
        } else if status != DSC_ERROR_FORMAT && status != DSC_ERROR_MISMATCH {
          Issue.record("bit \(bit): \(status)")
        }
      }
      #expect(other.state == before)
      #expect(accepted.count < 40, "\(accepted.sorted())")
      #expect(load(bytes) == DSC_OK && other.state == network.state)
    }
  }

  @Test func whatIsNoFileOfTensors() throws {
    try withFolder { folder in
      let network = try TestNetwork(Self.text)
      let before = network.state
      func file(_ name: String, _ contents: [UInt8]) -> String {
        let path = folder.appendingPathComponent(name).path
        #expect(FileManager.default.createFile(atPath: path, contents: Data(contents)))
        return path
      }
      func header(_ text: String, _ data: Int = 0) -> [UInt8] {
        let count = UInt64(text.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(text.utf8)
          + [UInt8](repeating: 0, count: data)
      }
      for (index, contents) in [
        [], Array("hello, world, this is text".utf8), [UInt8](repeating: 0xff, count: 64),
        [0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 60),
        header("[]"), header("{}{}"), header("{\"a\": 1}"), header("{"),
        header("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8),
        header("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4),
        header("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}"),
        header("{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4),
        header(
          "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
          4),
        header("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8),
        header(String(repeating: "[", count: 100_000)),
      ].enumerated() {
        let path = file("\(index)", contents)
        #expect(dsc_network_load(network.handle, path) == DSC_ERROR_FORMAT, "\(index): \(T.lastError)")
        #expect(T.lastError.contains(path), "\(T.lastError)")
      }
      for path in ["/nonexistent", "/dev/null", folder.path] {
        #expect(
          dsc_network_load(network.handle, path) == DSC_ERROR_FILE && T.lastError.contains(path),
          "\(T.lastError)")
      }
      for path in ["/nonexistent/x", "/dev/full", folder.path] {
        #expect(
          dsc_network_save(network.handle, path) == DSC_ERROR_FILE && T.lastError.contains(path),
          "\(T.lastError)")
      }
      #expect(dsc_network_load(network.handle, nil) == DSC_ERROR_ARGUMENT)
      #expect(dsc_network_save(nil, "x") == DSC_ERROR_ARGUMENT)
      #expect(network.state == before)
    }
  }
}

import Descent
import Foundation
import Testing

/// Files that are not what they should be, and what the command says of them: never a crash, never a hang.
///
/// To add one: a row with the file's name in `SmallRun`'s folder, what is done to it, the command, and part of the
/// sentence.
@Suite struct HostileFileTests {
  /// What is done to a file.
  enum Damage {
    /// Only so many bytes are left.
    case cut(Int)
    /// From a place on, these bytes stand in it.
    case bytes(Int, [UInt8])
    /// This text is all that is in it.
    case text(String)
    /// These bytes are.
    case contents([UInt8])
    /// A text in it is replaced by another.
    case replaced(String, String)
    /// The same in a safetensors file's header, which then has another length.
    case header(String, String)
    /// It is missing.
    case missing
    /// It is a pipe without a writer.
    case pipe
    /// It is a folder.
    case folder
    /// A link to another place.
    case link(String)
  }

  static let evaluate = "evaluate run"
  static let predict = "predict run --images images"
  static let resume = "train --resume run --epochs 2"
  static let newton = "newton --dataset csv:table.csv --target y"
  static let airfoil = "newton --dataset airfoil --data-dir airfoil"
  static let (images, labels) = ("data/t10k-images-idx3-ubyte", "data/t10k-labels-idx1-ubyte")
  static let (config, model, state) = ("run/config.json", "run/model.safetensors", "run/state.safetensors")
  static let noise = "airfoil/airfoil_self_noise.dat"

  static let rows: [(file: String, damage: Damage, command: String, sentence: String)] = [
    // IDX: the header's extents start at byte 4.
    ("images", .missing, predict, "images: cannot be read: No such file or directory"),
    ("images", .pipe, predict, "images: cannot be read: it is a named pipe, not a file"),
    ("images", .folder, predict, "images: cannot be read: it is a folder, not a file"),
    ("images", .link("/dev/zero"), predict, "images: cannot be read: it is a device, not a file"),
    ("images", .cut(0), predict, "images: not an IDX file"),
    ("images", .cut(9), predict, "images: cut off in the header"),
    ("images", .cut(3000), predict, "images: cut off: "),
    ("images", .bytes(2, [7]), predict, "images: not an IDX file"),
    ("images", .bytes(2, [0x0D]), predict, "images: float32 elements of shape [5, 28, 28]"),
    ("images", .bytes(3, [0]), predict, "images: 0 dimensions"),
    ("images", .bytes(3, [200]), predict, "images: 200 dimensions"),
    ("images", .bytes(3, [2]), predict, "must be uint8 [count, height, width]"),
    (
      "images", .contents([0, 0, 8, 3] + [UInt8](repeating: 0, count: 12)), predict,
      "images of 0 x 0, must have pixels"
    ),
    (
      "images", .contents([0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 28]), predict,
      "images of 0 x 28, must have pixels"
    ),
    (
      "images", .contents([0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]), predict,
      "images of 0 x 0, must have pixels"
    ),
    (
      "images", .contents([0, 0, 8, 3, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]), predict,
      "not to be believed"
    ),
    ("images", .bytes(4, [255, 255, 255, 255]), predict, "images: cut off: "),
    (
      "images", .bytes(4, [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]), predict,
      "not to be believed"
    ),
    ("images", .bytes(8, [0, 0, 0, 14, 0, 0, 0, 56]), predict, "no crash: 14 x 56 are as many pixels"),
    (
      "images", .bytes(4, [0, 0, 0, 20, 0, 0, 0, 14, 0, 0, 0, 14]), predict,
      "the model takes 784 pixels, the images are of 14 x 14"
    ),
    (
      images, .bytes(4, [0, 0, 0, 64, 0, 0, 0, 14, 0, 0, 0, 14]), evaluate,
      "64 images of 14 x 14, but 16 labels"
    ),
    (images, .bytes(4, [0, 0, 0, 16, 0, 0, 0, 0]), evaluate, "images of 0 x 28, must have pixels"),
    (labels, .bytes(4, [0, 0, 0, 15]), evaluate, "longer than its header"),
    (labels, .bytes(8, [10]), evaluate, "label 10 of image 0 is outside the classes 0...9"),
    (labels, .pipe, evaluate, "it is a named pipe, not a file"),
    (images, .missing, evaluate, "t10k-images-idx3-ubyte.gz"),
    // Training images that are not of the test images' size.
    (
      "data/train-images-idx3-ubyte",
      .contents([0, 0, 8, 3, 0, 0, 0, 64, 0, 0, 0, 1, 0, 0, 0, 1] + [UInt8](repeating: 9, count: 64)),
      SmallRun.train, "the training images are of 1 x 1, the test images of 28 x 28"
    ),
    // CSV.
    ("table.csv", .missing, newton, "table.csv: cannot be read: No such file or directory"),
    ("table.csv", .pipe, newton, "it is a named pipe, not a file"),
    ("table.csv", .folder, newton, "it is a folder, not a file"),
    ("table.csv", .contents([0xFF, 0xFE, 0x78, 0]), newton, "table.csv: is no text in UTF-8"),
    ("table.csv", .text(""), newton, "must have a first line of different names"),
    ("table.csv", .text("x,y\n3"), newton, "line 2: 1 cell, the first line has 2"),
    ("table.csv", .text("x,y\n1,2\n2,3\n3"), newton, "line 4: 1 cell, the first line has 2"),
    ("table.csv", .text("x,y\n1,2\n2,\"3\n3,4"), newton, "line 3: a quotation mark is not closed"),
    ("table.csv", .text("x,y\n1,2\n2,3\n3,\n"), newton, "line 4, column y: "),
    ("table.csv", .text("x,y\n1,2\nnan,3\n3,5\n"), newton, "line 3, column x: the value is missing"),
    ("table.csv", .text("x,y\n1,2\n1e999,3\n3,5\n"), newton, "line 3, column x: '1e999' is not a number"),
    ("table.csv", .text("x,y\n1\0junk,3\n2,4\n3,5\n"), newton, "line 2, column x: '1\0junk' is not a number"),
    ("table.csv", .text("x,y\n0x10,3\n2,4\n3,5\n"), newton, "line 2, column x: '0x10' is not a number"),
    ("table.csv", .text("x,y\n1,2\n2,3\n3,inf\n"), newton, "line 4, column y: 'inf' is not a number"),
    (
      "table.csv", .text("x,y\n1,a\n2,b\n3,\n"), "\(newton) --family softmax --l2 1",
      "line 4, column y: the value is missing"
    ),
    (noise, .text(""), airfoil, "there are no numbers"),
    (noise, .text("800 x 0 1 2 3 4\n"), airfoil, "line 1: '800 x 0 1 2 3 4' is not six numbers"),
    (noise, .text("800 0 1 2 3 4\n800 0 1 nan 3 4\n"), airfoil, "line 2: "),
    (noise, .folder, airfoil, "it is a folder, not a file"),
    // safetensors.
    (model, .missing, predict, "model.safetensors: cannot be read: No such file or directory"),
    (model, .pipe, predict, "it is a named pipe, not a file"),
    (model, .folder, predict, "it is a folder, not a file"),
    (model, .cut(7), predict, "only 7 bytes"), (model, .cut(400), predict, "model.safetensors"),
    (model, .bytes(0, [255, 255, 255, 255, 255, 255, 255, 127]), predict, "header's length"),
    (model, .bytes(0, [255, 255, 255, 255, 255, 255, 255, 255]), predict, "header's length"),
    (model, .header("[25160,25480]", "[25160,-9223372036854775808]"), predict, "does not fit its place"),
    (
      model, .header("[25160,25480]", "[-9223372036854775808,9223372036854775807]"), predict,
      "does not fit its place"
    ),
    (model, .header("[25160,25480]", "[0]"), predict, "does not fit its place"),
    (model, .header("[25160,25480]", "[25160,1e300]"), predict, "lacks a dtype, a shape or data_offsets"),
    (model, .header("[8,784]", "[0,4611686018427387904,4]"), predict, "does not fit its place"),
    (model, .header("[8,784]", "[-8,784]"), predict, "has the shape"),
    (model, .header("[8,784]", "[]"), predict, "does not fit its place"),
    (model, .header("[8,784]", "[784,8]"), predict, "the model takes 8 pixels"),
    (model, .header("[8,784]", "[6272]"), predict, "linear_relu_stack.0.weight is float32 [6272]"),
    (model, .header("[8,784]", String(repeating: "[", count: 100_000)), predict, "no JSON object"),
    (state, .header("[8,784]", "[784,8]"), resume, "linear_relu_stack.0.weight is float32 [784, 8]"),
    // config.json.
    (config, .missing, predict, "no crash: the state has the configuration too"),
    (config, .pipe, predict, "config.json: cannot be read: it is a named pipe, not a file"),
    (config, .folder, predict, "config.json: cannot be read: it is a folder, not a file"),
    (config, .text(""), predict, "config.json is damaged: it is no JSON"),
    (config, .text("[]"), predict, "config.json is damaged: it is no JSON object"),
    (config, .text(String(repeating: "[", count: 100_000)), predict, "config.json is damaged: it is no JSON"),
    (
      config, .replaced("\"epochs\"", "\"epoch\""), predict,
      "config.json: unknown key 'epoch'; did you mean 'epochs'?"
    ),
    (
      config, .replaced("\"batch_size\" : 16", "\"batch_size\" : 1e300"), predict,
      "one of its numbers does not fit"
    ),
    (config, .replaced("\"seed\" : 0", "\"seed\" : -1"), predict, "one of its numbers does not fit"),
    (config, .replaced("\"mlp:8\"", "\"mlp:0\""), predict, "unknown model 'mlp:0'"),
    (config, .replaced("\"mnist\"", "\"mnst\""), predict, "did you mean 'mnist'?"),
    (config, .replaced("\"sgd\"", "\"sdg\""), resume, "did you mean 'sgd'?"),
  ]

  @Test(arguments: rows.indices) func refusedWithASentence(_ index: Int) throws {
    let (file, damage, line, sentence) = Self.rows[index]
    try SmallRun.withCopy { folder in
      try Self.apply(damage, to: "\(folder)/\(file)")
      let result = try Command(line.components(separatedBy: " "), folder: folder)
      let what = "\(file), \(damage): status \(result.status), '\(result.errors)'"
      if sentence.hasPrefix("no crash") { return #expect(result.status == 0, "\(what)") }
      #expect(result.status == 1 && result.errors.contains(sentence), "\(what)")
      #expect(
        result.errors.hasPrefix("Error: ") && result.errors.split(separator: "\n").count == 1, "\(what)")
      #expect(result.output.isEmpty || line.hasPrefix("train"), "\(what)")
    }
  }

  private static func apply(_ damage: Damage, to path: String) throws {
    let url = URL(fileURLWithPath: path)
    var bytes = Array(try Data(contentsOf: url))
    switch damage {
    case .cut(let count): bytes = Array(bytes.prefix(count))
    case .bytes(let place, let new): bytes.replaceSubrange(place..<place + new.count, with: new)
    case .text(let text): bytes = Array(text.utf8)
    case .contents(let new): bytes = new
    case .replaced(let old, let new): bytes = try replace(old, new, in: bytes)
    case .header(let old, let new):
      let length = bytes.withUnsafeBytes { Int($0.loadUnaligned(as: UInt64.self)) }
      let header = try replace(old, new, in: Array(bytes[8..<8 + length]))
      bytes =
        withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init) + header + bytes[(8 + length)...]
    case .missing, .pipe, .folder, .link:
      unlink(path)
      switch damage {
      case .pipe: mkfifo(path, 0o600)
      case .folder: mkdir(path, 0o700)
      case .link(let target): symlink(target, path)
      default: break
      }
      return
    }
    try Data(bytes).write(to: url)
  }

  private static func replace(_ old: String, _ new: String, in bytes: [UInt8]) throws -> [UInt8] {
    let text = String(decoding: bytes, as: UTF8.self)
    try #require(text.contains(old), "the file has no \(old): \(text)")
    return Array(text.replacingOccurrences(of: old, with: new).utf8)
  }

  /// The configuration cut at every byte, and with a bit of every byte turned.
  @Test func anyConfiguration() throws {
    try SmallRun.withCopy { folder in
      let path = "\(folder)/\(Self.config)"
      let whole = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
      for place in whole.indices {
        var turned = whole
        turned[place] ^= 1 << (place % 8)
        for (bytes, isCut) in [(Array(whole.prefix(place)), true), (turned, false)] {
          try Data(bytes).write(to: URL(fileURLWithPath: path))
          let result = try Command(Self.predict.components(separatedBy: " "), folder: folder)
          let isRefused = result.status == 1 && result.errors.hasPrefix("Error: ")
          // All but the last byte, which is a newline.
          #expect(
            isRefused || (result.status == 0 && (!isCut || place == whole.count - 1)),
            "\(place): \(result.errors)")
        }
      }
    }
  }
}

import CDescent
import Foundation
import Testing

/// A network of the C engine, with what tests look at.
final class TestNetwork: @unchecked Sendable {
  let handle: OpaquePointer
  private(set) var optimizer: OpaquePointer?

  init(_ text: String, _ dtype: dsc_dtype = DSC_FLOAT32, seed: UInt64 = 0, context: OpaquePointer? = nil)
    throws
  {
    var made: OpaquePointer?
    try #require(dsc_network_create(context, dtype, &made) == DSC_OK)
    handle = made!
    var random = dsc_random()
    dsc_random_seed(&random, seed)
    try #require(dsc_network_parse(handle, text, &random) == DSC_OK, "\(TensorHandle.lastError)")
  }

  deinit {
    if let optimizer { dsc_optimizer_destroy(optimizer) }
    dsc_network_destroy(handle)
  }

  func optimize(_ rule: String, _ options: [String: Double]) {
    let status = withOptionList(options) {
      dsc_network_optimizer(handle, rule, $0.count, $0.baseAddress, &optimizer)
    }
    #expect(status == DSC_OK, "\(TensorHandle.lastError)")
  }

  /// Parameters and buffers, in order.
  var entries: [(name: String, tensor: TensorHandle, isParameter: Bool)] {
    (0..<dsc_network_entry_count(handle)).map { index in
      var entry = dsc_network_entry()
      #expect(dsc_network_entry_at(handle, index, &entry) == DSC_OK)
      return (
        String(cString: entry.name), TensorHandle(owning: dsc_tensor_retain(entry.tensor)), entry.is_parameter
      )
    }
  }

  /// All of their bytes.
  var state: [[UInt8]] { entries.map(\.tensor.bytes) }

  func callAsFunction(_ x: TensorHandle) throws -> TensorHandle {
    try withExtendedLifetime(self) { try .from { dsc_network_forward(handle, x.handle, $0) } }
  }

  /// A step towards targets; the loss before it.
  func step(_ x: TensorHandle, _ targets: TensorHandle) throws -> Double {
    let y = try self(x)
    let loss = try TensorHandle.from { dsc_mse_loss(y.handle, targets.handle, DSC_REDUCTION_MEAN, $0) }
    #expect(loss.backward() == DSC_OK, "\(TensorHandle.lastError)")
    #expect(dsc_network_step(handle, optimizer, nil) == DSC_OK, "\(TensorHandle.lastError)")
    return loss.item
  }
}

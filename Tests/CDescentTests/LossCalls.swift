import CDescent
import Foundation

/// Losses by name: see `OperationCalls`. The table of losses has what their options are called.
extension OperationCalls {
  static let lossCalls: [String: Call] = (0..<dsc_loss_count()).reduce(into: [:]) { calls, index in
    let name = String(cString: dsc_loss_at(index).pointee.name)
    calls[name + "_loss"] = { inputs, options, results in
      let names = options.loss!.keys.map { ($0, strdup($0)!) }
      defer { for (_, copy) in names { free(copy) } }
      let given = names.map { dsc_option(name: $1, value: options.loss![$0]!) }
      return dsc_loss_run(name, given.count, given, inputs.count, inputs, results)
    }
  }
}

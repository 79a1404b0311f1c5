import CDescent
import Foundation

/// Options by name, as C takes them.
func withOptionList<Result>(
  _ options: [String: Double], _ body: (UnsafeBufferPointer<dsc_option>) throws -> Result
) rethrows -> Result {
  let names = options.keys.map { ($0, strdup($0)!) }
  defer { for (_, copy) in names { free(copy) } }
  return try names.map { dsc_option(name: $1, value: options[$0]!) }.withUnsafeBufferPointer(body)
}

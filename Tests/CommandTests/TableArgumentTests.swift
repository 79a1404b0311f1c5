import Descent
import Foundation
import Testing

/// What `descent train` says of tables, and options for them, that it cannot train on.
@Suite(.serialized) struct TableArgumentTests {
  static let usual = "size,year,kind,price\n1,2,a,3\n2,3,b,4\n3,4,a,5\n4,5,b,6\n5,6,a,7\n"

  static let refused: [(table: String, options: String, sentence: String)] = [
    (usual, "", "give --target: one of size, year, kind, price"),
    (usual, "--target prize", "table.csv has no column 'prize'; did you mean 'price'? It has size, year"),
    (usual, "--target 5", "table.csv has no column '5'"),
    (usual, "--target price --features size,hight", "table.csv has no column 'hight'"),
    (
      usual, "--target price --features price,size",
      "--features must name columns, each once, and not the target"
    ),
    (usual, "--target price --features size,", "table.csv has no column ''"),
    (
      usual, "--target price",
      "table.csv, line 2, column kind: 'a' is not a number; leave the column out with --features"
    ),
    (
      usual, "--target kind --features size --loss mse",
      "line 2, column kind: 'a' is not a number; mse is for numbers; for classes there are --loss cross_entropy"
    ),
    (
      usual, "--target kind --features size --metric r2",
      "--metric r2 is for numbers, but the targets are classes: for those there are accuracy"
    ),
    (
      usual, "--target price --features size --metric top5",
      "--metric top5 is for classes, but the targets are numbers: for those there are mae, mse, rmse, r2"
    ),
    (usual, "--target price --features size --metric r3", "unknown metric 'r3'"),
    (usual, "--target price --features size --loss msee", "unknown loss 'msee'; did you mean 'mse'?"),
    (usual, "--target price --features size --loss huber(delta=0)", "huber: delta is 0"),
    (usual, "--target price --features size --loss huber(dlta=1)", "did you mean 'delta'?"),
    (
      usual, "--target price --features size --loss mse(reduction=sum)",
      "its reduction is the mean of a batch"
    ),
    (usual, "--target price --features size --validation 0", "in (0, 1): a table has no test part"),
    (usual, "--target price --features size --validation 0.001", "0 for the validation"),
    (usual, "--target price --features size --data-dir data", "--data-dir is for airfoil"),
    (
      usual, "--target price --features size --model linear(2)",
      "must make [1, 1], a single number: end it with linear(1)"
    ),
    (usual, "--target price --features size --model linear(3,1)", "linear"),
    (
      usual, "--target price --features size --batch-size 3 --model linear(4)+batch_norm1d+linear(1)",
      "the model takes no batch of 1 sample, as the last of an epoch is with --batch-size 3: batch_norm"
    ),
    (
      usual, "--target price --features size --model embedding(9,4)+flatten+linear(1)",
      "the index is float32, must be int64"
    ),
    (
      "size,price\n1,2\n2,?\n3,4\n4,5\n", "--target price",
      "table.csv, line 3, column price: '?' is not a number, as 3 of 4 targets are; mend it, or take all for classes"
    ),
    (
      "size,price\n1,1e400\n2,2\n3,4\n", "--target price",
      "line 2, column price: '1e400' is not a number; leave the line out"
    ),
    (usual, "--target price --features size --model lenet", "conv2d"),
    ("size,kind\n1,a\n2,a\n3,a\n", "--target kind", "all targets are 'a'; there must be two classes or more"),
    ("size,kind\n1,a\n2,a\n3,b\n", "--target kind", "class 1 has a single sample"),
    (
      "size,price\n1,2\n,3\n3,4\n", "--target price",
      "line 3, column size: the value is missing; --drop-missing"
    ),
    ("size,price\n1,2\n2,\n3,4\n", "--target price", "line 3, column price: the value is missing"),
    ("price\n1\n2\n3\n", "--target price", "table.csv has no column besides price"),
    ("", "--target price", "table.csv is empty"),
  ]

  @Test(arguments: refused.indices) func badArguments(_ index: Int) throws {
    let (table, options, sentence) = Self.refused[index]
    try withTemporaryFolder { folder in
      try AtomicFile.write(table, to: "\(folder)/table.csv")
      let line = "train --dataset table.csv --out run " + options
      let result = try Command(
        line.split(separator: " ").map { String($0).replacing("+", with: " ") }, folder: folder)
      #expect(result.status == 1 && result.errors.contains(sentence), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
    }
  }

  static let ofImages: [(options: String, sentence: String)] = [
    ("--target y", "--target is for tables, mnist has images: their classes are the targets"),
    ("--features x", "--features is for tables"), ("--drop-missing", "--drop-missing is for tables"),
    (
      "--loss mse",
      "--loss mse is for numbers, but the targets are classes: for those there are cross_entropy"
    ),
    ("--metric rmse", "--metric rmse is for numbers, but the targets are classes"),
  ]

  @Test(arguments: ofImages.indices) func imagesAreNoTables(_ index: Int) throws {
    let (options, sentence) = Self.ofImages[index]
    try SmallRun.withCopy { folder in
      let line = SmallRun.train + " --out new " + options
      let result = try Command(line.components(separatedBy: " "), folder: folder)
      #expect(result.status == 1 && result.errors.contains(sentence), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/new"))
      let table = try Command("predict", "\(folder)/run", "--dataset", "\(folder)/table.csv")
      #expect(
        table.status == 1 && table.errors.contains("is of the images mnist, which cannot become the table"))
    }
  }
}

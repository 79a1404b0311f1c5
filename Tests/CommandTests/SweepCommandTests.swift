import Descent
import DescentCharts
import Foundation
import Testing

/// `descent sweep` from the outside.
@Suite(.serialized) struct SweepCommandTests {
  private static let base =
    "sweep --dataset mnist --data-dir data --model mlp:8 --epochs 2 --threads 2 --out grid".components(
      separatedBy: " ")

  private func sweep(_ folder: String, _ more: [String]) throws -> Command {
    try Command(Self.base + more, folder: folder)
  }

  /// A CSV file's lines, by the names of its columns.
  private func rows(_ path: String) throws -> [[String: String]] {
    let file = try CSVFile(path: path)
    return file.rows.map { Dictionary(uniqueKeysWithValues: zip(file.names, $0)) }
  }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  private func json(_ text: Data) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: text) as? [String: Any])
  }

  // MARK: Grids

  @Test func aGridWithRepeats() throws {
    try SmallRun.withCopy { folder in
      let over = ["--over", "lr=0.1,0.01", "--over", "batch_size=16,32", "--repeat", "2", "--jobs", "2"]
      let result = try sweep(folder, over)
      #expect(result.status == 0, "\(result.errors)")
      #expect(
        result.output.hasPrefix("4 combinations, each with 2 seeds: 8 runs in grid\n"), "\(result.output)")
      #expect(result.output.contains("[8/8] ") && result.output.contains("best\n"), "\(result.output)")
      #expect(
        result.output.hasSuffix(
          "by validation_accuracy of each run's last epoch; mean ± standard deviation over the seeds\n"))
      for name in ["loss.png", "loss.svg", "validation_accuracy.png", "validation_accuracy.svg"] {
        #expect(try bytes("\(folder)/grid/\(name)").count > 5000)
      }

      let runs = try rows("\(folder)/grid/runs.csv")
      #expect(runs.count == 8 && runs.allSatisfy { $0["outcome"] == "finished" && $0["epoch"] == "2" })
      #expect(runs[1]["run"] == "batch-size=16,lr=0.1,seed=1")
      let summary = try rows("\(folder)/grid/summary.csv")
      let shares = summary.compactMap { Double($0["validation_accuracy"] ?? "") }
      #expect(shares.count == 4 && shares == shares.sorted(by: >))
      for row in summary {
        let values = runs.filter { $0["lr"] == row["lr"] && $0["batch-size"] == row["batch-size"] }
          .compactMap { Double($0["validation_loss"] ?? "") }
        let mean = try #require(Double(row["validation_loss"] ?? ""))
        let spread = try #require(Double(row["validation_loss_std"] ?? ""))
        #expect(abs(mean - (values[0] + values[1]) / 2) < 1e-12)
        #expect(abs(spread - abs(values[0] - values[1]) / 2.0.squareRoot()) < 1e-12)
      }
      let object = try json(bytes("\(folder)/grid/results.json"))
      let combinations = try #require(object["combinations"] as? [[String: Any]])
      #expect(combinations.map { $0["best"] as? Bool } == [true, false, false, false])
      #expect((object["runs"] as? [[String: Any]])?.count == 8)

      // A run is what train makes of the same options.
      let train = try Command(
        Self.base.map { $0 == "sweep" ? "train" : $0 == "grid" ? "alone" : $0 }
          + ["--lr", "0.01", "--batch-size", "32", "--seed", "1", "--quiet"], folder: folder)
      #expect(train.status == 0, "\(train.errors)")
      for name in ["model.safetensors", "config.json"] {
        #expect(
          try bytes("\(folder)/alone/\(name)") == bytes("\(folder)/grid/batch-size=32,lr=0.01,seed=1/\(name)")
        )
      }

      // What is done is not done again, and a larger grid takes it over.
      let state = "\(folder)/grid/batch-size=16,lr=0.1,seed=0/state.safetensors"
      let date = try FileManager.default.attributesOfItem(atPath: state)[.modificationDate] as? Date
      let again = try sweep(
        folder, ["--over", "batch-size=16,32,64", "--over", "lr=0.1", "--repeat", "2", "--log", "json"])
      #expect(again.status == 0, "\(again.errors)")
      #expect(try again.output.split(separator: "\n").map { try json(Data($0.utf8)) }.count == 6)
      #expect(try FileManager.default.attributesOfItem(atPath: state)[.modificationDate] as? Date == date)
      #expect(
        FileManager.default.fileExists(atPath: "\(folder)/grid/batch-size=64,lr=0.1,seed=1/model.safetensors")
      )

      // Other options are other runs.
      let other = try sweep(folder, over + ["--epochs", "3"])
      #expect(other.status == 1 && other.errors.contains("was begun with epochs 2, not 3"), "\(other.errors)")
      let anew = try sweep(folder, over + ["--epochs", "3", "--overwrite", "--quiet"])
      #expect(anew.status == 0 && anew.output.isEmpty, "\(anew.errors)")
      #expect(try rows("\(folder)/grid/runs.csv").allSatisfy { $0["epoch"] == "3" })
    }
  }

  /// Options that change together, an option that is left out, a flag, values with commas, another column and epoch.
  @Test func everyKindOfValue() throws {
    try SmallRun.withCopy { folder in
      let result = try sweep(
        folder,
        [
          "--over", "optimizer/lr/momentum=sgd/0.1/0.9,adam/0.01/", "--over", "shuffle=true,false", "--over",
          "model=linear;mlp:8,4", "--by", "train_loss", "--at", "best", "--lines", "lr", "--save-every", "5",
        ])
      #expect(result.status == 0, "\(result.errors)")
      let runs = try rows("\(folder)/grid/runs.csv")
      #expect(runs.count == 8 && Set(runs.compactMap { $0["model"] }) == ["linear", "mlp:8,4"])
      #expect(Set(runs.compactMap { $0["momentum"] }) == ["0.9", ""])
      #expect(result.output.contains("train loss  "), "\(result.output)")
      #expect(FileManager.default.fileExists(atPath: "\(folder)/grid/train_loss.png"))
      let config = try json(bytes("\(folder)/grid/\(try #require(runs[2]["run"]))/config.json"))
      #expect(config["shuffle"] as? Bool == false)
      let optimizer = config["optimizer"] as? [String: Any]
      #expect(optimizer?["options"] as? [String: Double] == ["lr": 0.1, "momentum": 0.9])
    }
  }

  @Test func configurationFiles() throws {
    try SmallRun.withCopy { folder in
      try AtomicFile.write(
        "dataset: mnist\ndata_dir: data\nmodel: mlp:8\noptimizer: {name: adam, options: {lr: 0.01}}\nepochs: 1\n",
        to: "\(folder)/run.yaml")
      let result = try Command(
        [
          "sweep", "--config", "run.yaml", "--over", "optimizer.beta1=0.5,0.9", "--over", "data_dir=data",
          "--out", "grid",
        ],
        folder: folder)
      #expect(result.status == 0, "\(result.errors)")
      let config = try json(bytes("\(folder)/grid/beta1=0.5,data-dir=data,seed=0/config.json"))
      let optimizer = config["optimizer"] as? [String: Any]
      #expect(optimizer?["options"] as? [String: Double] == ["lr": 0.01, "beta1": 0.5])
    }
  }

  // MARK: Ends

  @Test func aRunThatDivergesIsARow() throws {
    try SmallRun.withCopy { folder in
      let over = ["--over", "lr=1e6,0.1", "--repeat", "2"]
      let result = try sweep(folder, over)
      #expect(result.status == 0, "\(result.errors)")
      #expect(
        result.output.contains("lr=1e6,seed=0: diverged: training diverged")
          && result.output.contains("0 of 2, 2 diverged"), "\(result.output)")
      let summary = try rows("\(folder)/grid/summary.csv")
      #expect(summary[0]["lr"] == "0.1" && summary[1]["diverged"] == "2" && summary[1]["train_loss"] == "")
      // It is not tried again.
      let again = try sweep(folder, over)
      #expect(again.output.contains("4 are done") && !again.output.contains("[1/4]"), "\(again.output)")
    }
  }

  /// Ctrl-C saves the runs at work and says how to go on; after that, and after a kill, the same command ends with the
  /// bits of a sweep that nothing happened to.
  @Test func goingOn() throws {
    try SmallRun.withCopy { folder in
      let more = ["--over", "lr=0.02,0.01", "--over", "momentum=0.9", "--epochs", "100", "--jobs", "2"]
      let runs = ["lr=0.02,momentum=0.9,seed=0", "lr=0.01,momentum=0.9,seed=0"]
      #expect(try sweep(folder, more + ["--quiet"]).status == 0)
      try FileManager.default.moveItem(atPath: "\(folder)/grid", toPath: "\(folder)/whole")
      for signal in [SIGINT, SIGTERM, SIGKILL] {
        let (process, output, errors) = try Command.start(Self.base + more, folder: folder)
        func hasBegun(_ run: String) -> Bool {
          FileManager.default.fileExists(atPath: "\(folder)/grid/\(run)/state.safetensors")
        }
        while process.isRunning && !runs.allSatisfy(hasBegun) { usleep(2_000) }
        kill(process.processIdentifier, signal)
        let stopped = try Command(process, output, errors)
        if signal == SIGKILL {
          #expect(process.terminationReason == .uncaughtSignal)
        } else {
          #expect(stopped.status == 128 + signal, "\(stopped.errors)")
          #expect(
            stopped.errors.contains("of 2 runs done; go on with: descent sweep --dataset mnist"),
            "\(stopped.errors)")
          // Nobody is left at work.
          for run in runs { #expect(!FileManager.default.fileExists(atPath: "\(folder)/grid/\(run)/.lock")) }
          let epochs = try runs.map { try Checkpoint.history(in: "\(folder)/grid/\($0)").epochs.count }
          #expect(epochs.contains { $0 < 100 }, "\(epochs)")
        }
        let result = try sweep(folder, more)
        #expect(result.status == 0, "\(result.errors)")
        for run in runs {
          let names = ["grid", "whole"].map { "\(folder)/\($0)/\(run)/model.safetensors" }
          #expect(try bytes(names[0]) == bytes(names[1]))
        }
        try FileManager.default.removeItem(atPath: "\(folder)/grid")
      }
    }
  }

  // MARK: Bad input

  static let refused: [(arguments: [String], sentence: String)] = [
    ([], "there is nothing to compare: give --over"), (["--over", "lr"], "as lr=0.1,0.01"),
    (["--over", "lr="], "as lr=0.1,0.01"), (["--over", "lr=0.1,,1"], "one of the values is empty"),
    (["--over", "lr=0.1,0.1"], "'0.1' is there twice"), (["--over", "lr=0.1,1e-1"], "are the same run"),
    (["--over", "lr=1", "--over", "lr=2"], "--over names lr twice"),
    (["--ovr", "lr=1", "--repeat", "2"], "unknown option '--ovr'; did you mean '--over'?"),
    (["--over", "momentom=0.5"], "unknown option '--momentom'; did you mean '--momentum'?"),
    (["--over", "batch-sise=5"], "did you mean '--batch-size'?"),
    (["--over", "lr=0.1,-1"], "lr=-1: sgd: lr is -1"), (["--over", "batch-size=16,x"], "batch-size=x: "),
    (["--over", "optimizer=sgd,adam", "--momentum", "0.9"], "optimizer=adam: unknown option '--momentum'"),
    (["--over", "model=linear,resnet"], "model=resnet: unknown model 'resnet'"),
    (["--over", "model=linear;conv2d(2, 99)"], "model=conv2d(2, 99): "),
    (["--over", "validation=0.5,0.001"], "validation=0.001: "),
    (["--over", "data-dir=data,nowhere"], "data-dir=nowhere: mnist: train-images"),
    (["--over", "out=a,b"], "--out belongs to the sweep"),
    (["--over", "threads=1,2"], "--threads belongs to"),
    (["--over", "lr/momentum=0.1/0.9,0.2"], "'0.2' has 1 part for 2 options"),
    (["--over", "seed=1,2", "--repeat", "2"], "--over names seed, which --repeat changes"),
    (["--over", "lr=1", "--repeat", "0"], "--repeat is 0, must be at least 1"),
    (["--repeat", "1000000"], "more than 2000 runs"), (["--over", "lr=1", "--jobs", "0"], "--jobs is 0"),
    (["--over", "lr=1", "--by", "acuracy"], "unknown column in --by 'acuracy'"),
    (["--over", "lr=1", "--lines", "momentum"], "unknown option in --lines 'momentum'; there are lr, none"),
    (["--over", "lr=1,2,3,4,5,6,7,8,9", "--lines", "lr"], "--lines lr has 9 values, of which 8"),
    (["--over", "lr=1", "--resume", "run"], "--resume is for single runs"),
    (["--over", "lr=1", "--threads", "-1"], "--threads is -1"),
    (["--over", "lr=1", "--log", "json", "--quiet"], "--quiet prints nothing"),
    (["--over", "lr=1", "--out", "images"], "images"),
  ]

  @Test(arguments: refused.indices) func badArguments(_ index: Int) throws {
    let (arguments, sentence) = Self.refused[index]
    try SmallRun.withCopy { folder in
      let result = try sweep(folder, arguments)
      #expect(result.status != 0 && result.errors.contains(sentence), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/grid"))
    }
  }

  @Test func foldersThatHoldSomethingElse() throws {
    try SmallRun.withCopy { folder in
      try Folder.make("\(folder)/grid")
      try FileManager.default.copyItem(atPath: "\(folder)/run", toPath: "\(folder)/grid/lr=0.1,seed=0")
      let foreign = try sweep(folder, ["--over", "lr=0.1"])
      #expect(foreign.status == 1 && foreign.errors.contains("none of this sweep's"), "\(foreign.errors)")
      try AtomicFile.write("{", to: "\(folder)/grid/sweep.json")
      let damaged = try sweep(folder, ["--over", "lr=0.1"])
      #expect(damaged.status == 1 && damaged.errors.contains("sweep.json is damaged"), "\(damaged.errors)")
      #expect(try sweep(folder, ["--over", "lr=0.1", "--overwrite"]).status == 0)
    }
  }

  @Test func picturesThatCannotBe() {
    let panel = LineChartGrid.Panel(curves: [.init(points: [(0, 1), (1, 2)])])
    func write(_ panels: [LineChartGrid.Panel]) throws {
      try LineChartGrid(title: "", xLabel: "", yLabel: "", panels: panels).write(.svg, to: "/nowhere/x.svg")
    }
    #expect(throws: ChartError.self) { try write([]) }
    #expect(throws: ChartError.self) { try write([.init(curves: [.init(points: [(0, .nan)])])]) }
    #expect(throws: ChartError.self) { try write(Array(repeating: panel, count: 101)) }
  }
}

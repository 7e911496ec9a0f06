using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Hosting.State;
using HospitalStreaming.Lake.Compacting;
using HospitalStreaming.Warehouse;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Hospital.Commands;

/// <summary>`hospital lake compact`: larger objects of small ones that the warehouse has loaded. A line may run beside it.</summary>
internal static class LakeCompactCommand
{
    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        var common = new CommonOptions();
        var topic = new Option<string?>("--topic") { Description = "Only this topic (default: all)." };
        var olderThan = new Option<int>("--older-than") { Description = "Only objects of days at least this many days back, by UTC; 0: today's too.", HelpName = "DAYS", DefaultValueFactory = _ => 1 };
        var target = new Option<long>("--target-bytes") { Description = "Longest larger object.", HelpName = "BYTES", DefaultValueFactory = _ => CompactionOptions.DefaultTargetBytes };
        var also = new Option<string[]>("--also")
        {
            Description = "Settings of another warehouse that loads this lake, over those of the first, e.g. --also Warehouse:Kind=bigquery; may be repeated. Only what both have loaded is touched.",
            HelpName = "SECTION:KEY=VALUE",
        };
        CommonOptions.WantsSettings(also);
        Within(olderThan, 0, 36_500);
        Within(target, CompactionOptions.LeastTargetBytes, CompactionOptions.MostTargetBytes);
        var command = new Command("compact", "Put small objects that the warehouse has loaded into larger ones under compacted/. Names and records stay what they are; run it again after an interruption.")
        {
            topic, olderThan, target, also,
        };
        common.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var configuration = common.OfLake(parsed);
            var options = new CompactionOptions(
                DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(-parsed.GetValue(olderThan)), parsed.GetValue(target), parsed.GetValue(topic));
            return LakeCommand.WithLakeAsync(configuration, services => services.AddWarehouse(configuration), async (lake, services) =>
            {
                var loaded = await LoadedAsync(services.GetRequiredService<IWarehouse>(), cancellation);
                if (parsed.GetValue(also) is { Length: > 0 } second)
                {
                    var beside = common.OfLake(parsed, second);
                    await LakeCommand.WithLakeAsync(beside, others => others.AddWarehouse(beside), async (_, others) =>
                    {
                        loaded = Both(loaded, await LoadedAsync(others.GetRequiredService<IWarehouse>(), cancellation));
                        return ExitCodes.Success;
                    }, cancellation);
                }

                if (options.Topic is { } only && loaded.Keys.All(stream => stream.Topic != only))
                {
                    throw new StartException($"the warehouse has loaded nothing of {only}: what it has not finished with is not compacted");
                }

                var done = await LakeCompaction.RunAsync(lake, loaded, options, new Progress(loaded.Count), cancellation);
                Console.Error.WriteLine();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{done.Emptied:N0} objects ({done.Bytes:N0} bytes) of {done.Chains:N0} chains now lie in {done.Larger:N0} larger ones"));
                if (done.Left > 0)
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done.Left:N0} object(s) were left as they are: they were replaced since they were planned for; `hospital lake verify` looks at them"));
                }

                return ExitCodes.Success;
            }, cancellation);
        });
        return command;
    }

    private static void Within<T>(Option<T> option, T least, T most)
        where T : IParsable<T>, IComparable<T> => option.Validators.Add(result =>
        {
            // What is no number at all, the parser says itself.
            if (result.Tokens.Count > 0 && T.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && (value.CompareTo(least) < 0 || value.CompareTo(most) > 0))
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} wants {least} to {most}"));
            }
        });

    private static Dictionary<LakeStream, long> Both(IReadOnlyDictionary<LakeStream, long> one, IReadOnlyDictionary<LakeStream, long> other) =>
        one.Where(chain => other.ContainsKey(chain.Key)).ToDictionary(chain => chain.Key, chain => Math.Min(chain.Value, other[chain.Key]));

    /// <summary>What the warehouse has finished with, by its own books.</summary>
    private static async Task<IReadOnlyDictionary<LakeStream, long>> LoadedAsync(IWarehouse warehouse, CancellationToken cancellation)
    {
        try
        {
            return (await warehouse.StatusAsync(cancellation)).Positions.ToDictionary(position => position.Stream, position => position.Next);
        }
        catch (Exception away) when (away is DbException or WarehouseSqlException)
        {
            throw new StartException($"the warehouse does not say how far it has loaded the lake, so nothing is compacted: {away.Message}");
        }
    }

    /// <summary>Progress on standard error, at once and in order (Progress&lt;T&gt; would post it elsewhere).</summary>
    private sealed class Progress(int chains) : IProgress<CompactionFigures>
    {
        public void Report(CompactionFigures value) =>
            Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{value.Chains} of {chains} chains, {value.Emptied:N0} objects in {value.Larger:N0} larger ones   "));
    }
}

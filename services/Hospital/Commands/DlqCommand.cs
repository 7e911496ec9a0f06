using System.CommandLine;
using System.Globalization;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.State;
using HospitalStreaming.WarehouseSink.Letters;

namespace HospitalStreaming.Hospital.Commands;

/// <summary>`hospital dlq list|show|redrive|skip`: looks at records that could not go on and decides about them. No value of a record is ever printed.</summary>
internal static class DlqCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private static readonly string[] EnvelopeNames =
    [
        "schema", "payload", "before", "after", "op", "source", "ts_ms", "ts_us", "ts_ns", "transaction", "version", "connector", "name", "snapshot", "db", "sequence", "table", "txId", "lsn", "xmin",
        "event_id", "event_type", "hospital_id", "__op", "__deleted", "__source_lsn", "__source_ts_ms",
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create() => new("dlq", "Dead letters: list them, look at one, redrive or skip it.") { List(), Show(), Redrive(), Skip() };

    private static Command List()
    {
        var common = new CommonOptions();
        var all = new Option<bool>("--all") { Description = "Also letters that were decided." };
        var command = new Command("list", "Letters that wait for a decision.") { all };
        common.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(common, parsed, async desk =>
        {
            var letters = (await desk.ListAsync(cancellation)).Where(letter => parsed.GetValue(all) || letter.State == "open" || letter.State.EndsWith(" due", StringComparison.Ordinal)).ToList();
            Console.WriteLine($"{"ID",-70} {"STAGE",-10} {"REASON",-16} {"TIME",-20} {"STATE",-12} HOLDS ITS KEY");
            foreach (var (letter, state, holds) in letters)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{letter.Id,-70} {letter.Stage,-10} {letter.Reason,-16} {letter.At.UtcDateTime,-20:yyyy-MM-dd HH:mm:ss} {state,-12} {(holds ? "yes" : "no")}"));
            }
        }));
        return command;
    }

    private static Command Show()
    {
        var common = new CommonOptions();
        var id = Id();
        var command = new Command("show", "One letter: where it was, why it could not go on, and its shape with every value masked.") { id };
        common.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(common, parsed, async desk =>
        {
            var (letter, state, holds) = await desk.FindAsync(parsed.GetValue(id)!, cancellation);
            var preview = new RedactedPreview([.. EnvelopeNames, .. HospitalSchema.CapturedTables.SelectMany(table => table.Columns.Select(column => column.Name).Append(table.Name))]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                id       {letter.Id}
                stage    {letter.Stage}
                place    {letter.Position.Topic} partition {letter.Position.Partition} offset {letter.Position.Offset}
                time     {letter.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}
                reason   {letter.Reason}: {letter.Detail}
                state    {state}{(holds ? ", holds its key" : string.Empty)}
                """));
            Print("key", preview.Of(letter.Key));
            Print("value", preview.Of(letter.Value));
        }));
        return command;
    }

    private static Command Redrive()
    {
        var common = new CommonOptions();
        var id = Id();
        var value = new Option<FileInfo?>("--value") { Description = "File with the corrected value; the record's own where it is left out.", HelpName = "FILE" };
        var key = new Option<FileInfo?>("--key") { Description = "File with the corrected key.", HelpName = "FILE" };
        var command = new Command("redrive", "Let a record go on, as it is or corrected; its key's later changes follow. Twice has the effect of once.") { id, value, key };
        common.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(common, parsed, async desk =>
        {
            await desk.RedriveAsync(parsed.GetValue(id)!, await BytesAsync(parsed.GetValue(key), cancellation), await BytesAsync(parsed.GetValue(value), cancellation), cancellation);
            await WaitAsync(desk, parsed.GetValue(id)!, cancellation);
        }));
        return command;
    }

    private static Command Skip()
    {
        var common = new CommonOptions();
        var id = Id();
        var command = new Command("skip", "Go on without a record, for good; its key's later changes follow. The decision is kept.") { id };
        common.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(common, parsed, async desk =>
        {
            await desk.SkipAsync(parsed.GetValue(id)!, cancellation);
            await WaitAsync(desk, parsed.GetValue(id)!, cancellation);
        }));
        return command;
    }

    private static Argument<string> Id() => new("id") { Description = "Identity, as `hospital dlq list` shows it." };

    private static async Task<int> RunAsync(CommonOptions common, ParseResult parsed, Func<LetterDesk, Task> work)
    {
        var configuration = common.OfRunningLine(parsed);
        var services = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.None)).AddSingleton<IConfiguration>(configuration);
        await using var provider = services.AddHospitalDefaults("hospital-dlq").AddLetterDesk(configuration).BuildServiceProvider();
        try
        {
            await work(provider.GetRequiredService<LetterDesk>());
            return ExitCodes.Success;
        }
        catch (LetterRefusedException refused)
        {
            await Console.Error.WriteLineAsync("hospital: " + refused.Message);
            return ExitCodes.Found;
        }
    }

    private static async Task WaitAsync(LetterDesk desk, string id, CancellationToken cancellation)
    {
        Console.WriteLine("decided; waiting for the warehouse to take it into account");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            while (await desk.FindAsync(id, patience.Token) is { State: var state })
            {
                if (!state.EndsWith(" due", StringComparison.Ordinal))
                {
                    Console.WriteLine(state);
                    return;
                }

                await Task.Delay(LookEvery, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Console.WriteLine("the decision stands; it takes effect when warehousesink runs");
        }
    }

    private static async Task<byte[]?> BytesAsync(FileInfo? file, CancellationToken cancellation)
    {
        if (file is null)
        {
            return null;
        }

        return file.Exists ? TrimEnd(await File.ReadAllBytesAsync(file.FullName, cancellation)) : throw new StartException($"there is no file {file.FullName}");
    }

    // Editors end files with a line feed; a record has none.
    private static byte[] TrimEnd(byte[] bytes) => bytes.AsSpan().TrimEnd("\r\n"u8).ToArray();

    private static void Print(string part, IReadOnlyList<string> lines)
    {
        Console.WriteLine($"{part}:");
        foreach (var line in lines)
        {
            Console.WriteLine("  " + line);
        }
    }
}

using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Core.Transactions;

namespace HospitalStreaming.Tests.Unit.Transactions;

/// <summary>
/// A source with two loaded tables and one that is not, as its topics show it: transactions in commit order, each END behind its records, and after
/// a crash everything again from some record on, END too.
/// </summary>
internal sealed class SimulatedSource
{
    private const int Partitions = 2;
    private const long Keys = 4;

    private readonly List<Emitted> _inOrder = [];

    internal SimulatedSource(Random random, int transactions)
    {
        var rows = new Dictionary<(string Table, long Key), long>();
        States.Add(TextOf(rows));
        ulong lsn = 1_000;
        for (var i = 0; i < transactions; i++)
        {
            var id = (uint)(700 + i);
            var counts = new Dictionary<string, long>(StringComparer.Ordinal);
            for (var records = random.Next(1, 6); records > 0; records--)
            {
                var table = random.Next(8) == 0 ? "public.notes" : random.Next(2) == 0 ? "public.visits" : "public.bills";
                var key = random.NextInt64(Keys);
                var order = counts[table] = counts.GetValueOrDefault(table) + 1;

                // A key change writes two records at one place in the log.
                lsn += random.Next(3) == 0 ? 0UL : 8UL;
                lsn += _inOrder.Any(emitted => emitted.Stream == StreamOf(table, key) && emitted.Key == key && emitted.Lsn == new Lsn(lsn)) ? 8UL : 0UL;
                _inOrder.Add(new Emitted(StreamOf(table, key), key, new TransactionMark(id, order), new Lsn(lsn), null));
                if (table != "public.notes")
                {
                    rows[(StreamOf(table, key).Topic, key)] = (long)lsn;
                }
            }

            lsn += 8;
            _inOrder.Add(new Emitted(new LakeStream("t.transaction", "e1", 0), 0, null, null, new TransactionEnd(id, new Lsn(lsn), counts)));
            States.Add(TextOf(rows));
        }
    }

    /// <summary>The source's rows after each transaction.</summary>
    internal List<string> States { get; } = [];

    internal static string TextOf(Dictionary<(string Table, long Key), long> rows) =>
        string.Join(' ', rows.OrderBy(row => row.Key.Table, StringComparer.Ordinal).ThenBy(row => row.Key.Key).Select(row => $"{row.Key.Table}/{row.Key.Key}={row.Value}"));

    /// <summary>The topics' logs, with crashes.</summary>
    internal Dictionary<LakeStream, List<Emitted>> Logs(Random random, int crashes)
    {
        var emitted = new List<Emitted>(_inOrder);
        for (; crashes > 0; crashes--)
        {
            var end = random.Next(emitted.Count) + 1;
            var back = emitted[Math.Max(0, end - random.Next(1, 40))..end];

            // It goes on from a record it has sent before; what follows is what followed then.
            var from = _inOrder.IndexOf(back[0]);
            var to = emitted.Take(end).Max(one => _inOrder.IndexOf(one)) + 1;
            emitted.InsertRange(end, _inOrder[from..to]);
        }

        return emitted.GroupBy(one => one.Stream).ToDictionary(stream => stream.Key, stream => stream.ToList());
    }

    private static LakeStream StreamOf(string table, long key) => new("t." + table, "e1", (int)(key % Partitions));

    /// <summary>A record of a change topic, or an END.</summary>
    internal sealed record Emitted(LakeStream Stream, long Key, TransactionMark? Mark, Lsn? Lsn, TransactionEnd? End);
}

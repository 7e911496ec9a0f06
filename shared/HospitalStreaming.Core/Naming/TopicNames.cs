using HospitalStreaming.Core.Domain;

namespace HospitalStreaming.Core.Naming;

/// <summary>Names of the topics on the line. The change topics are seed 003's.</summary>
public static class TopicNames
{
    /// <summary>Topic prefix of the change stream (Debezium's topic.prefix).</summary>
    public const string ChangePrefix = "postgres-source";

    /// <summary>Where a source that sends transaction metadata says which transactions have ended, and what they consist of.</summary>
    public const string Transactions = ChangePrefix + TransactionSuffix;

    private const string TransactionSuffix = ".transaction";

    /// <summary>Where records go that cannot go on.</summary>
    public const string DeadLetters = "hospital.dead-letters";

    /// <summary>Where native capture keeps its own state (slot, system id, snapshot progress).</summary>
    public const string CaptureState = "hospital.capture-state";

    /// <summary>Where the producer notes how far its stream has come, for when the event topics' retention has removed what says so.</summary>
    public const string ProducerState = "hospital.producer-state";

    /// <summary>The transaction topic of a change stream: PREFIX.transaction.</summary>
    public static string TransactionsOf(string prefix) => prefix + TransactionSuffix;

    /// <summary>The change topic of a captured table: postgres-source.public.TABLE.</summary>
    public static string ChangesOf(string table, string prefix = ChangePrefix) => $"{prefix}.public.{table}";

    /// <summary>The table whose changes a topic carries, or null where the name has another form.</summary>
    public static string? TableOfChanges(string topic)
    {
        var dot = topic.LastIndexOf('.');
        return dot > 0 && topic[..dot].EndsWith(".public", StringComparison.Ordinal) ? topic[(dot + 1)..] : null;
    }

    /// <summary>The change topic of a table as a transaction's END names it: schema.table.</summary>
    public static string ChangesOfCollection(string collection) => $"{ChangePrefix}.{collection}";

    /// <summary>All event topics, parents first.</summary>
    public static IEnumerable<string> Events => HospitalSchema.EventTables.Select(table => table.Topic!);

    /// <summary>All change topics.</summary>
    public static IEnumerable<string> Changes => HospitalSchema.CapturedTables.Select(table => ChangesOf(table.Name));
}

using System.Net.Sockets;
using Npgsql;

namespace HospitalStreaming.Landing;

/// <summary>What a failure of the database means for the batch in hand.</summary>
internal enum FailureKind
{
    /// <summary>Another session was in the way: the same again, soon.</summary>
    Conflict,

    /// <summary>No connection, or the server restarts: connect anew, then the same again.</summary>
    Connection,

    /// <summary>Disk, memory or connections are used up at the server: the same again, once someone made room.</summary>
    Resources,

    /// <summary>The database refuses a value: it will refuse it again, so the record that holds it must be found.</summary>
    Record,

    /// <summary>Something else, such as a missing table or right: begin anew from the schema.</summary>
    Other,
}

/// <summary>Tells failures apart by SQLSTATE (PostgreSQL's appendix of error codes).</summary>
internal static class LandingFailures
{
    private const string IdleInTransactionTimeout = "25P03";

    /// <summary>The kind of a failure.</summary>
    public static FailureKind KindOf(Exception failure) => failure switch
    {
        PostgresException refused => KindOf(refused.SqlState),
        NpgsqlException or SocketException or IOException or TimeoutException => FailureKind.Connection,
        _ => FailureKind.Other,
    };

    /// <summary>What to say of it: no message of the server, which may quote values.</summary>
    public static string Describe(Exception failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => "the hospital's database has no disk space: make room there",
        PostgresException refused => $"the hospital's database answers SQLSTATE {refused.SqlState}",
        NpgsqlException or SocketException or IOException or TimeoutException => "the hospital's database cannot be reached",
        Confluent.Kafka.KafkaException kafka => $"the broker answers {kafka.Error.Code}",
        LandingRefusedException => failure.Message,
        _ => failure.GetType().Name,
    };

    private static FailureKind KindOf(string state) => state[..2] switch
    {
        "08" => FailureKind.Connection,
        "57" => FailureKind.Connection,
        "53" or "58" => FailureKind.Resources,
        "22" or "23" or "44" or "54" or "P0" => FailureKind.Record,
        "40" => FailureKind.Conflict,
        "55" when state == PostgresErrorCodes.LockNotAvailable => FailureKind.Conflict,
        "25" when state == IdleInTransactionTimeout => FailureKind.Connection,
        _ => FailureKind.Other,
    };
}

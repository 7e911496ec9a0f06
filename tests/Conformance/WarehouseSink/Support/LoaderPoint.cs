namespace HospitalStreaming.Tests.Conformance.WarehouseSink.Support;

/// <summary>Where a loader's process is killed (crash points K11 to K14 of the protocol); the value is the point's number.</summary>
public enum LoaderPoint
{
    /// <summary>The claim is made, nothing is loaded.</summary>
    Claimed = 11,

    /// <summary>Rows are on their way: BigQuery has the job and its answer is lost, PostgreSQL has half of a COPY.</summary>
    Loading = 12,

    /// <summary>Rows are there, the transaction has not been committed.</summary>
    BeforeCommit = 13,

    /// <summary>The transaction is committed; its answer does not arrive.</summary>
    AfterCommit = 14,
}

namespace HospitalStreaming.Tests.Conformance.LakeSink.Support;

/// <summary>Where a sink's process is killed or stopped (crash points K7 to K10 of the protocol).</summary>
public enum KillPoint
{
    /// <summary>K7: before an object is there, or while it is on its way.</summary>
    WhileWriting,

    /// <summary>K8: the object is there; whoever wrote it has not heard of it, or hears nothing and asks again.</summary>
    ReplyLost,

    /// <summary>K9: the object is there, its offset was not committed.</summary>
    BeforeCommit,

    /// <summary>K10: stopped with records in its hands, awake again when another has gone on.</summary>
    Zombie,
}

namespace HospitalStreaming.Tests.Conformance.LakeSink.Support;

/// <summary>Where a sink's process is killed or stopped (crash points K7 to K10 of the protocol), or what else befalls it (its fault's number).</summary>
public enum KillPoint
{
    /// <summary>K7: before an object is there, or while it is on its way.</summary>
    WhileWriting = 7,

    /// <summary>K8: the object is there; whoever wrote it has not heard of it, or hears nothing and asks again.</summary>
    ReplyLost = 8,

    /// <summary>K9: the object is there, its offset was not committed.</summary>
    BeforeCommit = 9,

    /// <summary>K10: stopped with records in its hands, awake again when another has gone on.</summary>
    Zombie = 10,

    /// <summary>Fault 21: for a while the group's coordinator cannot be reached, and records can; it stays alive.</summary>
    Unreachable = 21,

    /// <summary>Fault 56: asked to stop while an object is on its way, and asked again.</summary>
    AskedTwice = 56,
}

namespace HospitalStreaming.Tests.Conformance.WarehouseSink.Support;

/// <summary>How a warehouse compares with what it must have.</summary>
/// <param name="Records">Records that had to arrive.</param>
/// <param name="Lost">Those that raw has not, and keys whose last change current has not.</param>
/// <param name="Doubled">Rows beyond one a record in raw, and beyond one a key in current.</param>
/// <param name="Different">Rows of current that are not the key's last change, and those that it should have instead.</param>
internal sealed record LoaderOutcome(long Records, long Lost, long Doubled, IReadOnlyList<string> Different);

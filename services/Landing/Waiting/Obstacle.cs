namespace HospitalStreaming.Landing.Waiting;

/// <summary>Why an event cannot land yet.</summary>
/// <param name="Table">Table of the row it refers to, which is missing; empty for a deletion, which waits until no row refers to its own.</param>
/// <param name="Key">Key of that row; for a deletion its own.</param>
internal readonly record struct Obstacle(string Table, long Key)
{
    /// <summary>A deletion of a row that others refer to.</summary>
    public static Obstacle StillReferenced(long key) => new(string.Empty, key);

    /// <summary>Whether it is a deletion that waits.</summary>
    public bool IsReference => Table.Length == 0;
}

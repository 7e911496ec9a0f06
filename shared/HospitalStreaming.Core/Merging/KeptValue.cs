namespace HospitalStreaming.Core.Merging;

/// <summary>Stands in a row's values for "as it was": an unchanged large column that the log did not carry. Never NULL, never a text.</summary>
public sealed class KeptValue
{
    private KeptValue()
    {
    }

    /// <summary>The one marker.</summary>
    public static KeptValue Instance { get; } = new();

    /// <inheritdoc/>
    public override string ToString() => "(kept)";
}

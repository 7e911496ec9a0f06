namespace HospitalStreaming.Core.Merging;

/// <summary>Stands in a row's values for "as it was": an unchanged large column that the log did not carry. Never NULL, never a text.</summary>
public sealed class KeptValue
{
    private KeptValue()
    {
    }

    /// <summary>The one marker.</summary>
    public static KeptValue Instance { get; } = new();

    /// <summary>Whether some column of a row stays as it was.</summary>
    public static bool IsIn(object?[] values)
    {
        foreach (var value in values)
        {
            if (ReferenceEquals(value, Instance))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => "(kept)";
}

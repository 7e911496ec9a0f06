namespace HospitalStreaming.Core.Changes;

/// <summary>One column of a change, typed.</summary>
public readonly record struct ColumnValue
{
    private ColumnValue(ColumnState state, object? value, ChangeRejection? rejection)
    {
        State = state;
        Value = value;
        Rejection = rejection;
    }

    /// <summary>The row has no such field.</summary>
    public static ColumnValue Missing { get; } = new(ColumnState.Missing, null, null);

    /// <summary>NULL.</summary>
    public static ColumnValue Null { get; } = new(ColumnState.Null, null, null);

    /// <summary>Untouched large value.</summary>
    public static ColumnValue Unchanged { get; } = new(ColumnState.Unchanged, null, null);

    /// <summary>What the change says.</summary>
    public ColumnState State { get; }

    /// <summary>int, long, decimal, string, <see cref="DateOnly"/>, <see cref="DateTimeOffset"/> (UTC) or bool by the column's kind; null unless <see cref="ColumnState.Value"/>.</summary>
    public object? Value { get; }

    /// <summary>Why it does not fit; null unless <see cref="ColumnState.Rejected"/>.</summary>
    public ChangeRejection? Rejection { get; }

    /// <summary>A value.</summary>
    public static ColumnValue Of(object value) => new(ColumnState.Value, value, null);

    /// <summary>A value that does not fit.</summary>
    public static ColumnValue Reject(string detail) => new(ColumnState.Rejected, null, new ChangeRejection(RejectionCodes.WrongType, detail));
}

namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>One row as PostgreSQL prints it: per column NULL, untouched, or a slice of text. Reused from row to row.</summary>
public sealed class RowTuple
{
    private const int NullLength = -1;
    private const int UnchangedLength = -2;
    private (int Offset, int Length)[] _columns = [];
    private byte[] _bytes = [];

    /// <summary>Columns set.</summary>
    public int Count { get; private set; }

    /// <summary>Starts a row of slices into these bytes, which must stay as they are while the row is in use.</summary>
    public void Start(byte[] bytes, int count)
    {
        _bytes = bytes;
        Count = 0;
        if (_columns.Length < count)
        {
            _columns = new (int, int)[count];
        }
    }

    /// <summary>The next column is NULL.</summary>
    public void AddNull() => _columns[Count++] = (0, NullLength);

    /// <summary>The next column is a large value the update did not touch.</summary>
    public void AddUnchanged() => _columns[Count++] = (0, UnchangedLength);

    /// <summary>The next column's text.</summary>
    public void Add(int offset, int length) => _columns[Count++] = (offset, length);

    /// <summary>Whether the column is NULL.</summary>
    public bool IsNull(int column) => _columns[column].Length == NullLength;

    /// <summary>Whether the column is untouched and its value not known.</summary>
    public bool IsUnchanged(int column) => _columns[column].Length == UnchangedLength;

    /// <summary>The column's text; empty when NULL or untouched.</summary>
    public ReadOnlySpan<byte> Text(int column) =>
        _columns[column] is var (offset, length) && length > 0 ? _bytes.AsSpan(offset, length) : [];
}

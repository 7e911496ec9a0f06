namespace HospitalStreaming.Dashboard.Live;

/// <summary>How waiting on a mailbox ended.</summary>
internal enum MailboxWait
{
    /// <summary>A frame may be taken.</summary>
    Filled,

    /// <summary>Nothing came in time.</summary>
    Silent,

    /// <summary>Nothing will come any more.</summary>
    Closed,
}

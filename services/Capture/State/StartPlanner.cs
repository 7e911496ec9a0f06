
namespace HospitalStreaming.Capture.State;

/// <summary>
/// Decides how to begin, from what was recorded and what the source has; refuses where the two do not fit, because a fresh slot in place of a
/// lost one would leave a gap that nobody sees.
/// </summary>
internal static class StartPlanner
{
    private const string NewSlot = "to go on with a new snapshot set Capture:SlotName to a new name (rows deleted in the gap stay downstream until they are swept by a rebuild)";

    /// <exception cref="CaptureRefusedException">What happened, where the gap is, and what to do.</exception>
    public static StartPlan Plan(CaptureState? state, SlotState? slot, SourceIdentity source, string slotName)
    {
        if (state is null)
        {
            return slot is null
                ? StartPlan.CreateSlot
                : throw new CaptureRefusedException(
                    $"slot {slotName} exists but topic hospital.capture-state knows nothing of it: it belongs to another capture, or the topic was lost. "
                    + $"If no other capture uses it, drop it with SELECT pg_drop_replication_slot('{slotName}'); changes after {slot.ConfirmedLsn} have then not been captured, so also set Capture:SlotName to a new name for a new snapshot");
        }

        if (state.SystemId != source.SystemId)
        {
            throw new CaptureRefusedException(
                $"this is another PostgreSQL cluster (system identifier {source.SystemId}) than the captured one ({state.SystemId}): changes after {state.Position} were never seen. "
                + "Connect to the old cluster, or " + NewSlot);
        }

        if (state.Timeline != source.Timeline)
        {
            throw new CaptureRefusedException(
                $"the source is on timeline {source.Timeline}, capture was on {state.Timeline}: it failed over or was restored. Changes after {state.Position} may be lost or undone; " + NewSlot);
        }

        if (source.CurrentLsn < state.Position)
        {
            throw new CaptureRefusedException(
                $"the source's log ends at {source.CurrentLsn}, before the recorded position {state.Position}: an older copy of the database was restored. What was captured in between is gone at the source; " + NewSlot);
        }

        if (slot is null)
        {
            return state.Phase == CapturePhase.Creating
                ? StartPlan.CreateSlot
                : throw new CaptureRefusedException(
                    $"slot {slotName} is missing at the source, dropped or left behind by a failover: changes from {state.Position} to {source.CurrentLsn} cannot be read any more; " + NewSlot);
        }

        RefuseUnusable(slot, slotName, state);
        return state.Phase == CapturePhase.Streaming ? StartPlan.Stream : StartPlan.SnapshotAgain;
    }

    private static void RefuseUnusable(SlotState slot, string slotName, CaptureState state)
    {
        if (slot.Plugin != "pgoutput" || slot.Database != state.Database)
        {
            throw new CaptureRefusedException(
                $"slot {slotName} is of database {slot.Database} with plugin {slot.Plugin}, not of database {state.Database} with pgoutput: somebody made it anew. Changes after {state.Position} may be lost; " + NewSlot);
        }

        if (slot.WalStatus == "lost")
        {
            throw new CaptureRefusedException(
                $"the source has removed log that slot {slotName} needed (max_slot_wal_keep_size): changes from {state.Position} on are gone; " + NewSlot);
        }

        // Before the slot's own start was recorded there is nothing to compare with: it was made by the run that crashed.
        if (state.Phase != CapturePhase.Creating && slot.ConfirmedLsn > state.Position)
        {
            throw new CaptureRefusedException(
                $"slot {slotName} was moved by hand to {slot.ConfirmedLsn}, beyond the recorded position {state.Position}: changes in between were never captured; " + NewSlot);
        }
    }
}

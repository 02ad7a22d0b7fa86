//! The table of all behaviours.

/// Makes a test of each behaviour, for a [`World`](crate::World) that is in scope by one name.
#[macro_export]
macro_rules! suite {
    ($world:ident) => {
        $crate::tests! { $world
            accepting {
                a_client_over_tcp_has_an_address
                ipv6_will_do
                #[cfg(unix)]
                a_client_over_a_unix_socket_has_none
            }
            caps {
                one_too_many_is_told_so
                too_many_from_one_address_are_told_so
                #[cfg(unix)]
                who_has_no_address_is_not_counted_by_it
            }
            ending {
                a_server_without_clients_ends_at_once
                the_end_spares_transactions_and_nobody_else
                who_is_still_in_the_queue_hears_of_it
                who_does_not_come_to_an_end_is_cut_off
                who_drops_a_server_drops_its_clients
            }
            incidents {
                a_panic_harms_one_connection
                failures_to_accept_are_waited_out
            }
            deadlines {
                a_silent_client_is_told_to_go
                a_command_that_drips_has_to_end_in_time
                a_message_that_drips_has_to_end_in_time
                a_client_that_takes_no_replies_is_given_up
                a_silent_server_is_given_up
                a_server_that_falls_silent_is_given_up
            }
            farewell {
                a_server_tells_it
                #[cfg(unix)]
                a_server_tells_it_over_a_unix_socket
                a_server_tells_it_under_tls
                a_client_tells_it
                a_client_tells_it_under_tls
            }
            flow {
                a_flood_of_replies_passes_while_commands_come
                the_last_reply_arrives_although_the_client_sends_on
                the_reason_for_a_reset_is_read
            }
            proxy {
                a_client_is_who_the_balancer_says
                the_header_comes_before_tls
                who_is_no_balancer_is_sent_away
                without_a_header_there_is_no_connection
                clients_are_counted_by_their_own_address
            }
            server_tls {
                both_sides_know_what_came_of_it
                a_handshake_that_does_not_come_holds_no_place_for_ever
                a_handshake_behind_starttls_is_not_waited_for_for_ever
                a_broken_handshake_ends_one_connection
                without_a_configuration_there_is_no_offer
                what_comes_in_the_clear_behind_starttls_is_never_read
                a_configuration_may_be_replaced
            }
            certificates {
                that_of_another_name_is_not
                the_credulous_need_none_that_can_be_read
                clients_show_theirs_if_they_are_asked
            }
            addresses {
                every_address_is_tried
                a_client_connects_from_where_it_is_told_to
                a_server_may_have_an_ipv6_address
                an_address_that_is_silent_costs_its_time_and_no_more
                #[cfg(target_os = "linux")]
                an_address_that_does_not_answer_costs_its_time_and_no_more
                #[cfg(target_os = "linux")]
                a_unix_socket_whose_queue_is_full_is_waited_for
                names_are_resolved
                names_that_can_not_be_are_an_error
                #[cfg(unix)]
                unix_sockets_have_names_of_their_own
            }
            starttls {
                where_it_works_it_is_used_unless_it_is_off
                a_client_without_a_configuration_stays_in_the_clear
                where_it_is_not_offered
                where_it_is_refused
                where_the_handshake_breaks
                what_comes_in_the_clear_behind_the_reply_is_never_read
            }
            login {
                a_password_goes_over_tls_only
                the_best_mechanism_is_bound_to_tls
                each_mechanism_does
                before_tls_1_3_nothing_is_bound
            }
            extensions {
                the_sides_change_places
                limits_are_kept
                what_is_offered_depends_on_who_it_is
            }
            content {
                octets_arrive_as_they_are
                a_reader_is_a_source
                a_file_is_a_source
                #[cfg(unix)]
                a_flood_comes_through_a_pipe
                messages_follow_each_other
            }
            own {
                any_transport_will_do
                any_encryption_will_do
                an_encryption_that_fails_is_the_end
                a_reason_that_comes_behind_a_write_error_is_read
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! tests {
    ($world:ident $($module:ident { $($(#[$attribute:meta])* $name:ident)* })*) => {
        $(mod $module {
            use super::$world;

            $(
                $(#[$attribute])*
                #[test]
                fn $name() {
                    $crate::$module::$name::<$world>();
                }
            )*
        })*
    };
}
